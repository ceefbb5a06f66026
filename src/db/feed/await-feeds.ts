/** Waits for steps of feeds. They are saved by another thread, or by another gateway, so one statement polls for all who wait. */
import type { FeedReads } from '../../domain/feed.ts';
import { OUTAGE_MS, UnavailableError } from '../../domain/unavailable.ts';
import type { Store } from '../store/store.ts';

/** Milliseconds between two polls. Nothing is polled while nobody waits. */
const POLL_MS = 300;

interface Waiter {
  readonly supplierId: string;
  readonly feedId: string;
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createUntilPast(store: Store): FeedReads['untilPast'] {
  const waiters = new Set<Waiter>();
  let isPolling = false;
  const poll = async () => {
    isPolling = true;
    let lastAnswer = performance.now();
    while (waiters.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const revisions = await loadUnfinished(store).catch((error: unknown) => {
        // The waits go on, and the next round tries again.
        if (performance.now() - lastAnswer >= OUTAGE_MS)
          for (const { reject } of waiters) reject(new UnavailableError('STORE_UNAVAILABLE', error));
        return null;
      });
      if (!revisions) continue;
      lastAnswer = performance.now();
      for (const { supplierId, feedId, revision, resolve } of waiters) {
        const now = revisions.get(keyOf(supplierId, feedId));
        // A store that lost commits goes back to an earlier revision.
        if (now !== revision) resolve();
      }
    }
    isPolling = false;
  };
  return async (supplierId, feedId, revision, signal) => {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { supplierId, feedId, revision, resolve, reject };
    waiters.add(waiter);
    const onAbort = () => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    if (!isPolling) void poll();
    try {
      await promise;
    } finally {
      // The signal belongs to a stream, which waits many times.
      signal.removeEventListener('abort', onAbort);
      waiters.delete(waiter);
    }
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
