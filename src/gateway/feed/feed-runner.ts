/** Runs the feeds of a spool, one at a time and suppliers in turn, and carries on after a restart where they were. */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import type { StoredFeed } from '../../domain/feed.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { spooledPath } from '../../http/feed/spool.ts';
import { runFeed, type FeedRunnerOptions } from './run-feed.ts';

/** How often feeds are looked for that another gateway has queued, in milliseconds. */
const LOOK_MS = 1_000;
/** How long to wait after the store had trouble, in milliseconds. */
const TROUBLE_MS = 2_000;
/** How long feeds that ended, and their rejected rows, are kept: 30 days. */
const KEPT_MS = 30 * 86_400_000;
/** A file without a feed is left for so long, in milliseconds: its feed may be about to be queued. */
const ORPHAN_MS = 3_600_000;
/** A feed that waits for so long without a file here has lost it, unless another gateway has it and is down: 1 day. */
const LOST_MS = 86_400_000;
const LOST = 'The file is no longer there. Nothing was stored; send it again.';
const LOST_IN_PART =
  'The file is no longer there. A part of it was stored, as one group; undo it, or send the file again.';
const SPOOLED = /^([0-9a-f-]{36})\.(part|file|rejected\.csv)$/;
const UPKEEP_MS = 3_600_000;

export class FeedRunner {
  readonly #options: FeedRunnerOptions;
  /** When each supplier had its last turn: a count of turns. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  /** Set where a feed was queued since feeds were last looked for. */
  #isWoken = false;
  #wake = () => {};

  constructor(options: FeedRunnerOptions) {
    this.#options = options;
  }

  /** Call it when a feed was queued. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Runs feeds until it is stopped. A feed in hand ends after its part, and goes on with the next start. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    let upkeepAt = 0;
    while (!stop.aborted) {
      try {
        if (performance.now() >= upkeepAt) {
          await this.#tidyUp();
          upkeepAt = performance.now() + UPKEEP_MS;
        }
        this.#isWoken = false;
        const next = await this.#next();
        if (next) await this.#runOne(next);
        else if (!this.#isWoken) await this.#pause(LOOK_MS);
      } catch (error) {
        // The feed is as it was last saved, and goes on from there.
        if (!(error instanceof UnavailableError)) this.#options.report(error);
        await this.#pause(TROUBLE_MS);
      }
    }
  }

  async #runOne({ supplierId, feedId }: StoredFeed): Promise<void> {
    this.#turns.set(supplierId, ++this.#turn);
    const loaded = await this.#options.feeds.load(supplierId, feedId);
    if (loaded) await runFeed(loaded, this.#options);
  }

  /** The oldest feed of the supplier whose last turn is the longest ago, among those whose file is here. */
  async #next(): Promise<StoredFeed | undefined> {
    const turnOf = ({ supplierId }: StoredFeed) => this.#turns.get(supplierId) ?? 0;
    const waiting = await this.#options.feeds.unfinished();
    const inOrder = waiting.toSorted((a, b) => turnOf(a) - turnOf(b));
    for (const feed of inOrder) {
      if ((await this.#hasFile(feed)) && (await this.#isOwn(feed))) return feed;
    }
    return undefined;
  }

  async #hasFile({ feedId }: StoredFeed): Promise<boolean> {
    return (await stat(spooledPath(this.#options.folder, feedId, 'file')).catch(() => null)) !== null;
  }

  /** Links lead into a watched folder, in which one program at a time works. */
  async #isOwn({ feedId }: StoredFeed): Promise<boolean> {
    if (this.#options.runsLinks()) return true;
    const file = await lstat(spooledPath(this.#options.folder, feedId, 'file')).catch(() => null);
    return file?.isFile() ?? false;
  }

  /** Forgets old feeds, and deletes files that no feed needs. */
  async #tidyUp(): Promise<void> {
    const { feeds, folder, clock } = this.#options;
    const now = clock().getTime();
    await feeds.forget(new Date(now - KEPT_MS).toISOString());
    for (const feed of await feeds.unfinished()) {
      if (Date.parse(feed.createdAt) > now - LOST_MS || (await this.#hasFile(feed))) continue;
      const message = feed.state === 'APPLYING' ? LOST_IN_PART : LOST;
      const refusal = { code: 'INTERNAL_SERVER_ERROR', message } as const;
      await feeds.save(feed, { state: 'FAILED', refusal, finishedAt: new Date(now).toISOString() });
    }
    const names = await readdir(folder);
    const files = names.flatMap((name) => {
      const [, feedId, kind] = SPOOLED.exec(name) ?? [];
      return feedId === undefined ? [] : [{ path: `${folder}/${name}`, feedId, kind }];
    });
    const known = await feeds.known(files.map(({ feedId }) => feedId));
    for (const { path, feedId, kind } of files) {
      const feed = known.get(feedId);
      // The gateway may have been killed between a feed's end and this.
      if (kind === 'file' && feed?.hasEnded) await rm(path, { force: true });
      if (feed && kind !== 'part') continue;
      const file = await stat(path).catch(() => null);
      if (file && now - file.mtimeMs > ORPHAN_MS) await rm(path, { force: true });
    }
  }

  async #pause(ms: number): Promise<void> {
    const { stop } = this.#options;
    if (stop.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      stop.addEventListener('abort', this.#wake, { once: true });
    });
    stop.removeEventListener('abort', this.#wake);
  }
}
