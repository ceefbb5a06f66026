/** Wakes followers of the log: at once after this process's commits, and by polling after those of other processes. */
import type { CommitObserver, CommitSummary } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey } from '../store/tables.ts';

/** Milliseconds between two polls for commits of other processes. Polling stops while no follower waits. */
const POLL_MS = 200;

/** Waits for commits. It hears of this process's commits, and polls only for those of other processes. */
export interface Watch extends CommitObserver {
  /** Hears of a commit, of which only the positions are known. */
  moved(positions: CommitSummary['positions']): void;
  /** Resolves once the supplier's newest position is past this one, or the signal aborts. */
  untilPast(supplierId: string, position: number, signal: AbortSignal): Promise<void>;
  /** Stops polling. Open waits end when their own signals abort. */
  close(): Promise<void>;
}

interface Waiter {
  readonly supplierId: string;
  readonly position: number;
  readonly resolve: () => void;
}

/** Prepares the statement that polls. Polling starts with the first wait. `startHearing` is called with the first wait too. */
export function createWatch(store: Store, startHearing: () => void = () => undefined): Watch {
  const loadPositions = createLoadPositions(store);
  const positions = createPositions();
  const { waiters, moved } = positions;
  const closing = new AbortController();
  let polling: Promise<void> | undefined;
  let isHearing = false;

  const poll = async () => {
    while (waiters.size > 0 && !closing.signal.aborted) {
      await pause(POLL_MS, closing.signal);
      const suppliers = new Set(Array.from(waiters, ({ supplierId }) => supplierId));
      // If the store is out of reach, the waits go on and the next round tries again.
      const rows = await loadPositions(
        store.points,
        Array.from(suppliers, (supplier_id) => ({ supplier_id })),
      ).catch(() => []);
      moved(rows.map(({ supplier_id, last_position }) => [supplier_id, last_position] as const));
    }
    polling = undefined;
  };
  const startWaiting = () => {
    if (!isHearing) startHearing();
    isHearing = true;
    if (!closing.signal.aborted) polling ??= poll();
  };
  return {
    async untilPast(supplierId, position, signal) {
      if (signal.aborted || positions.isPast(supplierId, position)) return;
      await untilReleased(waiters, { supplierId, position }, signal, startWaiting);
    },
    committed: (commit) => moved(commit.positions),
    moved,
    failed: () => undefined,
    async close() {
      closing.abort();
      await polling;
    },
  };
}

/** The newest positions that are known, and those who wait for newer ones. */
function createPositions() {
  const newest = new Map<string, number>();
  const waiters = new Set<Waiter>();
  const isPast = (supplierId: string, position: number) => (newest.get(supplierId) ?? 0) > position;
  return {
    waiters,
    isPast,
    moved(positions: CommitSummary['positions']) {
      for (const [supplierId, position] of positions)
        newest.set(supplierId, Math.max(position, newest.get(supplierId) ?? 0));
      for (const { supplierId, position, resolve } of waiters) if (isPast(supplierId, position)) resolve();
    },
  };
}

async function untilReleased(
  waiters: Set<Waiter>,
  wanted: Omit<Waiter, 'resolve'>,
  signal: AbortSignal,
  startWaiting: () => unknown,
): Promise<void> {
  const released = Promise.withResolvers<void>();
  const waiter = { ...wanted, resolve: () => released.resolve() };
  waiters.add(waiter);
  signal.addEventListener('abort', waiter.resolve, { once: true });
  startWaiting();
  await released.promise;
  signal.removeEventListener('abort', waiter.resolve);
  waiters.delete(waiter);
}

function createLoadPositions(store: Store) {
  return createSetStatement(store, supplierKey, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .select(['supplier.supplier_id', 'supplier.last_position']),
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
