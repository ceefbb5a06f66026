/** A folder with a folder for each supplier, in which inventory files are dropped. Each file is claimed by a rename, and applied once. */
import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedStore } from '../../db/feed/feeds.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { spooledPath, syncFolder } from '../../http/feed/spool.ts';
import { fileAway } from './file-away.ts';
import { pause } from './pause.ts';
import { isFullFile, readClaim, toClaim, type Claim } from './names.ts';
import { RestingFiles } from './resting-files.ts';

/** How often the folder is looked at, in milliseconds. */
const LOOK_MS = 1_000;
/** Files to drop. Programs that copy a file give it another name until it is whole. */
const FILE = /^[^.].*\.(?:csv|xlsx)$/i;
const DONE_MARK = '.done';
/** The folders of a supplier. Files stand in `claimed` until their feeds have ended. */
const folders = ['in', 'claimed', 'done', 'rejected'] as const;

export interface WatchedFolderOptions {
  readonly directory: string;
  /** Whether a file waits until a file of its name and `.done` is there. Otherwise it waits until it rests. */
  readonly needsMark: boolean;
  /** Where the runner of feeds looks for their files. */
  readonly spool: string;
  readonly feeds: FeedStore;
  /** The key of the supplier of this name; null if there is none. */
  readonly findSupplier: (name: string) => Promise<string | null>;
  readonly clock: () => Date;
  readonly stop: AbortSignal;
  /** Called when a feed was queued. */
  readonly wake: () => void;
  readonly report: (error: unknown) => void;
}

/** Takes files in for as long as it runs. One process at a time may watch a folder. */
export class WatchedFolder {
  readonly #options: WatchedFolderOptions;
  readonly #resting = new RestingFiles();
  /** Suppliers' folders that name no supplier, so that each is told once. */
  readonly #unknown = new Set<string>();

  constructor(options: WatchedFolderOptions) {
    this.#options = options;
  }

  /** Looks again and again until it is stopped. */
  async run(): Promise<void> {
    const { directory, stop, report } = this.#options;
    while (!stop.aborted) {
      // Links are not followed: what they lead to is not the sender's.
      const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
        report(error);
        return [];
      });
      for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
        if (stop.aborted) return;
        // What is wrong in one supplier's folder does not keep the others waiting.
        await this.#lookAt(name).catch((error: unknown) => {
          if (!(error instanceof UnavailableError)) report(error);
        });
      }
      await pause(LOOK_MS, stop);
    }
  }

  async #lookAt(name: string): Promise<void> {
    const { directory, findSupplier, report } = this.#options;
    const folder = join(directory, name);
    const supplierId = await findSupplier(name);
    if (supplierId === null) {
      if (!this.#unknown.has(name)) report(new Error(`${folder}: there is no supplier "${name}".`));
      this.#unknown.add(name);
      return;
    }
    this.#unknown.delete(name);
    for (const part of folders) await makeFolder(join(folder, part));
    const claims = (await readFiles(join(folder, 'claimed'))).flatMap((file) => readClaim(file.name) ?? []);
    for (const claim of claims) await this.#follow(folder, supplierId, claim);
    await this.#takeIn(folder, supplierId);
  }

  /** Queues a claimed file whose feed is not queued yet, and files it away once its feed has ended. */
  async #follow(folder: string, supplierId: string, claim: Claim): Promise<void> {
    const { feeds, spool } = this.#options;
    const feed = await feeds.find(supplierId, claim.feedId);
    if (feed?.finishedAt) return fileAway(folder, claim, feed, spool);
    await this.#link(folder, claim);
    if (!feed) await this.#queue(supplierId, claim);
  }

  /** The feed's file in the spool is a link to the claimed file. */
  async #link(folder: string, claim: Claim): Promise<void> {
    const path = spooledPath(this.#options.spool, claim.feedId, 'file');
    await symlink(join(folder, 'claimed', toClaim(claim)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }

  async #queue(supplierId: string, { feedId, name }: Claim): Promise<void> {
    const { feeds, clock, wake } = this.#options;
    const now = clock().toISOString();
    await feeds.create({
      ...{ supplierId, feedId, filename: name, createdAt: now, asOf: now },
      actor: 'watched folder',
      mode: isFullFile(name) ? 'full' : 'delta',
      ...{ sheet: null, dryRun: false, allowZeroing: null, reason: null, referenceDocumentUri: null },
      // The claim is what makes it happen once: its ID is the feed's.
      ...{ idempotencyKey: null, fingerprint: feedId },
      // What is told of rejected rows stays in the supplier's own folder.
      isBlind: false,
    });
    wake();
  }

  /** Claims the files that are whole, oldest name first. */
  async #takeIn(folder: string, supplierId: string): Promise<void> {
    const { feeds, needsMark } = this.#options;
    const inbox = join(folder, 'in');
    const entries = await readFiles(inbox);
    const names = new Set(entries.map(({ name }) => name));
    const files = entries.filter(({ name }) => FILE.test(name));
    const resting = needsMark ? new Set<string>() : await this.#resting.among(inbox, files);
    for (const { name } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const isWhole = needsMark ? names.has(name + DONE_MARK) : resting.has(name);
      if (!isWhole || (await feeds.isFull(supplierId))) continue;
      const claim = { feedId: randomUUID(), name };
      await claimFile(folder, claim);
      await this.#follow(folder, supplierId, claim);
    }
    if (!needsMark) return;
    // The mark of a claimed file must not hold for the next one of its name.
    for (const mark of names) {
      const isLeft =
        mark.endsWith(DONE_MARK) && !(await isThere(join(inbox, mark.slice(0, -DONE_MARK.length))));
      if (isLeft) await rm(join(inbox, mark), { force: true });
    }
  }
}

/** The rename is on disk before the feed is queued: otherwise a power cut could bring the file back, to be applied again. */
async function claimFile(folder: string, claim: Claim): Promise<void> {
  const claimed = join(folder, 'claimed');
  await rename(join(folder, 'in', claim.name), join(claimed, toClaim(claim)));
  await syncFolder(claimed);
  await syncFolder(join(folder, 'in'));
}

/** Ordinary files only: no links, folders, pipes or devices. */
async function readFiles(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
}

/** Makes it if it is missing. Throws if something else stands there, such as a link. */
async function makeFolder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found) await mkdir(path);
  else if (!found.isDirectory()) throw new Error(`${path} must be a folder, and no link.`);
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
