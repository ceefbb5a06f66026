/** A folder with a folder for each supplier, in which inventory files are dropped. Each file is claimed by a rename, and applied once. */
import type { Dirent } from 'node:fs';
import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FeedStore } from '../../db/feed/feeds.ts';
import { spooledPath } from '../../http/feed/spool.ts';
import { claimFile } from './claim-file.ts';
import { Complaints } from './complaints.ts';
import { fileAway } from './file-away.ts';
import { pause } from './pause.ts';
import { isFullFile, readClaim, toClaim, type Claim } from './names.ts';
import { RestingFiles } from './resting-files.ts';

/** How often the folder is looked at, in milliseconds. */
const LOOK_MS = 1_000;
/** Files to drop. Programs that copy a file give it another name until it is whole. */
const FILE = /^[^.].*\.(?:csv|xlsx)$/is;
const DONE_MARK = '.done';
/** Files of a supplier that are looked at in one turn, by name: many files of one must not keep the others waiting. */
const MAX_LOOKED_AT = 1_000;
/** Claimed files of a supplier at most. More are there only where filing away fails, such as on a full disk. */
const MAX_CLAIMED = 100;
/** Feeds that ended are forgotten after 30 days. An older claim may have been applied, so it is not queued again: 28 days. */
const CLAIM_MS = 28 * 86_400_000;
const FORGOTTEN =
  'The file was taken in more than 28 days ago, and its feed is no longer known. See whether it was applied; if not, put it into `in` again.';
/** What Node puts in place of bytes that are not UTF-8. */
const NOT_UTF8 = '\u{FFFD}';
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
  readonly #complaints: Complaints;

  constructor(options: WatchedFolderOptions) {
    // Links in the spool name the files, so their paths must hold in every folder.
    this.#options = { ...options, directory: resolve(options.directory) };
    this.#complaints = new Complaints(options.report);
  }

  /** Looks again and again until it is stopped. */
  async run(): Promise<void> {
    const { directory, stop } = this.#options;
    while (!stop.aborted) {
      // Links are not followed: what they lead to is not the sender's.
      const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
        this.#complaints.tell(directory, error);
        return [];
      });
      for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
        if (stop.aborted) return;
        // What is wrong in one supplier's folder does not keep the others waiting.
        await this.#attempt(join(directory, name), () => this.#lookAt(name));
      }
      await pause(LOOK_MS, stop);
    }
  }

  /** An error is told, and goes no further. */
  async #attempt(path: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.#complaints.tell(path, error));
  }

  async #lookAt(name: string): Promise<void> {
    const { directory, findSupplier, stop } = this.#options;
    const folder = join(directory, name);
    const supplierId = await findSupplier(name);
    if (supplierId === null) throw new Error(`there is no supplier "${name}".`);
    for (const part of folders) await makeFolder(join(folder, part));
    const claims = (await readFiles(join(folder, 'claimed'))).flatMap((file) => readClaim(file.name) ?? []);
    for (const claim of claims) {
      if (stop.aborted) return;
      await this.#attempt(pathOf(folder, claim), () => this.#follow(folder, supplierId, claim));
    }
    if (claims.length < MAX_CLAIMED) await this.#takeIn(folder, supplierId);
  }

  /** Queues a claimed file whose feed is not queued yet, and files it away once its feed has ended. */
  async #follow(folder: string, supplierId: string, claim: Claim): Promise<void> {
    const { feeds, spool, clock } = this.#options;
    const feed = await feeds.find(supplierId, claim.feedId);
    if (feed?.finishedAt) return fileAway(folder, claim, feed, spool);
    if (!feed) {
      const { ctime, ctimeMs } = await lstat(pathOf(folder, claim));
      if (clock().getTime() - ctimeMs > CLAIM_MS) {
        const refusal = { code: 'INTERNAL_SERVER_ERROR', message: FORGOTTEN } as const;
        const times = { createdAt: ctime.toISOString(), finishedAt: clock().toISOString() };
        const end = { state: 'FAILED', refusal, report: null, problems: [], ...times } as const;
        return fileAway(folder, claim, { feedId: claim.feedId, filename: claim.name, ...end }, spool);
      }
      await this.#clearMark(folder, claim, ctimeMs);
    }
    await this.#link(folder, claim);
    if (!feed) await this.#queue(supplierId, claim);
  }

  /** The mark of a claimed file must not hold for the next one of its name. A mark that came after the claim is the next one's. */
  async #clearMark(folder: string, { name }: Claim, claimedAt: number): Promise<void> {
    if (!this.#options.needsMark) return;
    const path = join(folder, 'in', name + DONE_MARK);
    const mark = await lstat(path).catch(() => null);
    if (mark?.isFile() && mark.ctimeMs < claimedAt) await rm(path, { force: true });
  }

  /** The feed's file in the spool is a link to the claimed file. */
  async #link(folder: string, claim: Claim): Promise<void> {
    const path = spooledPath(this.#options.spool, claim.feedId, 'file');
    const target = pathOf(folder, claim);
    if ((await readlink(path).catch(() => null)) === target) return;
    // The folder may have been moved since. The runner finds the old link or the new one.
    await rm(`${path}.new`, { force: true });
    await symlink(target, `${path}.new`);
    await rename(`${path}.new`, path);
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
    const { feeds, needsMark, stop } = this.#options;
    const inbox = join(folder, 'in');
    const entries = await readFiles(inbox);
    const names = new Set(entries.map(({ name }) => name));
    const files = this.#candidates(inbox, entries).filter(
      ({ name }) => !needsMark || names.has(name + DONE_MARK),
    );
    const first = files.slice(0, MAX_LOOKED_AT);
    const resting = needsMark ? null : await this.#resting.among(inbox, first);
    for (const { name } of first) {
      if (resting && !resting.has(name)) continue;
      if (stop.aborted || (await feeds.isFull(supplierId))) break;
      await this.#attempt(join(inbox, name), async () => {
        const claim = await claimFile(folder, name);
        if (claim) await this.#follow(folder, supplierId, claim);
      });
    }
  }

  /** Files that could be claimed, by name. */
  #candidates(inbox: string, entries: readonly Dirent[]): Dirent[] {
    const files = entries.filter(({ name }) => FILE.test(name));
    const readable = files.filter(({ name }) => !name.includes(NOT_UTF8));
    if (readable.length < files.length)
      this.#complaints.tell(inbox, new Error('some names are not UTF-8. Rename these files.'));
    return readable.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function pathOf(folder: string, claim: Claim): string {
  return join(folder, 'claimed', toClaim(claim));
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
