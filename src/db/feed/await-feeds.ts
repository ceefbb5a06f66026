/** Waits for steps of feeds. They are saved by another thread, or by another gateway, so one statement polls for all who wait. */
import type { FeedReads } from '../../domain/feed.ts';
import type { Store } from '../store/store.ts';

/** Milliseconds between two polls. Nothing is polled while nobody waits. */
const POLL_MS = 300;

interface Waiter {
  readonly supplierId: string;
  readonly feedId: string;
  readonly revision: number;
  readonly resolve: () => void;
}

export function createUntilPast(store: Store): FeedReads['untilPast'] {
  const waiters = new Set<Waiter>();
  let isPolling = false;
  const poll = async () => {
    isPolling = true;
    while (waiters.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      // If the store is out of reach, the waits go on and the next round tries again.
      const revisions = await loadUnfinished(store).catch(() => null);
      if (!revisions) continue;
      for (const { supplierId, feedId, revision, resolve } of waiters) {
        const now = revisions.get(keyOf(supplierId, feedId));
        if (now === undefined || now > revision) resolve();
      }
    }
    isPolling = false;
  };
  return async (supplierId, feedId, revision, signal) => {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { supplierId, feedId, revision, resolve };
    waiters.add(waiter);
    const onAbort = () => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    if (!isPolling) void poll();
    await promise;
    // The signal belongs to a stream, which waits many times.
    signal.removeEventListener('abort', onAbort);
    waiters.delete(waiter);
  };
}

/** The revisions of feeds that have not ended. There are some dozens at most. */
async function loadUnfinished({ points }: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await points
    .selectFrom('feed')
    .select(['supplier_id', 'feed_id', 'revision'])
    .where('finished_at', 'is', null)
    .execute();
  return new Map(rows.map((row) => [keyOf(row.supplier_id, row.feed_id), row.revision]));
}

function keyOf(supplierId: string, feedId: string): string {
  return `${supplierId}\0${feedId}`;
}
