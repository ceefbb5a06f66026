/** Runs the feeds of a spool, and takes in the files of a watched folder. */
import { lockFolder } from '../../db/driver/folder-lock.ts';
import type { FeedStore } from '../../db/feed/feeds.ts';
import type { Store } from '../../db/store/store.ts';
import { findSupplier } from '../../db/suppliers.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { Complaints } from './complaints.ts';
import { pause } from './pause.ts';
import type { EndedFeed } from './run-feed.ts';
import { FeedRunner } from './feed-runner.ts';
import { WatchedFolder } from './watched-folder.ts';

/** How often to try to become the process that works in a folder, in milliseconds. */
const LOCK_EVERY_MS = 1_000;
/** A supplier may be called `lock`, but no supplier's folder begins with a dot. */
const WATCH_LOCK = '.lock';

/** A folder in which suppliers drop files. */
export interface Watch {
  readonly directory: string;
  /** Whether a file waits until a file of its name and `.done` is there. Otherwise it waits until it rests. */
  readonly needsMark: boolean;
}

export interface RunFeedsOptions {
  readonly store: Store;
  readonly feeds: FeedStore;
  readonly inventory: Inventory;
  /** The spool. */
  readonly folder: string;
  readonly watch?: Watch | undefined;
  readonly clock: () => Date;
  readonly stop: AbortSignal;
  /** Receives what failed, for the log. */
  readonly report: (error: unknown) => void;
  readonly ended: (feed: EndedFeed) => void;
}

export interface RunningFeeds {
  /** Call it when a feed was queued. */
  wake(): void;
  /** Resolves once it was stopped and the feed in hand has ended its part. */
  readonly ended: Promise<void>;
}

/** Works until it is stopped. If another process works in one of the folders, it waits until that ends. */
export function runFeeds(options: RunFeedsOptions): RunningFeeds {
  const { store, folder, watch, stop } = options;
  const complaints = new Complaints(options.report);
  // A file of the watched folder is its watcher's: another program may be applying what links of an earlier run name.
  let watches = false;
  const runner = new FeedRunner({ ...options, runsLinks: () => watches });
  const wake = () => runner.wake();
  const work = async () => {
    const running = runner.run();
    if (watch) {
      const watched = new WatchedFolder({
        ...{ ...options, ...watch, spool: folder, wake },
        findSupplier: async (name) => {
          const found = await findSupplier(store, name);
          return found && !found.isBeingDeleted ? found.supplierId : null;
        },
      });
      await whileLocked(watch.directory, WATCH_LOCK, { stop, complaints }, () => {
        watches = true;
        return watched.run();
      });
    }
    await running;
  };
  // The watcher runs its files itself. So it has the spool before the watched folder.
  return { wake, ended: whileLocked(folder, 'lock', { stop, complaints }, work) };
}

/** Works once no other process works in the folder. What keeps it from locking the folder is told, and may be mended. */
async function whileLocked(
  folder: string,
  name: string,
  { stop, complaints }: { readonly stop: AbortSignal; readonly complaints: Complaints },
  work: () => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    const unlock = tryLock(folder, name, complaints);
    if (unlock) {
      await work().finally(unlock);
      return;
    }
    await pause(LOCK_EVERY_MS, stop);
  }
}

function tryLock(folder: string, name: string, complaints: Complaints): (() => void) | null {
  try {
    return lockFolder(folder, name);
  } catch (error) {
    complaints.tell(folder, error);
    return null;
  }
}
