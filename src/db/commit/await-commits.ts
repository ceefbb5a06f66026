/** Wakes followers of the log: at once after this process's commits, and by polling after those of other processes. */
import type { CommitObserver } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey } from '../store/tables.ts';

/** Milliseconds between two polls for commits of other processes. Polling stops while no follower waits. */
const POLL_MS = 200;

/** Waits for commits. It observes this process's commits, and polls only for those of other processes. */
export interface Watch extends CommitObserver {
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

/** Prepares the statement that polls. Polling starts with the first wait. */
export function createWatch(store: Store): Watch {
  const loadPositions = createLoadPositions(store);
  const newest = new Map<string, number>();
  const waiters = new Set<Waiter>();
  const closing = new AbortController();
  let polling: Promise<void> | undefined;

  const note = (supplierId: string, position: number) => {
    newest.set(supplierId, Math.max(position, newest.get(supplierId) ?? 0));
  };
  const release = () => {
    for (const waiter of waiters) {
      if ((newest.get(waiter.supplierId) ?? 0) > waiter.position) waiter.resolve();
    }
  };
  const poll = async () => {
    while (waiters.size > 0 && !closing.signal.aborted) {
      await pause(POLL_MS, closing.signal);
      const suppliers = new Set(Array.from(waiters, ({ supplierId }) => supplierId));
      // If the store is out of reach, the waits go on and the next round tries again.
      const rows = await loadPositions(
        store.points,
        Array.from(suppliers, (supplier_id) => ({ supplier_id })),
      ).catch(() => []);
      for (const { supplier_id, last_position } of rows) note(supplier_id, last_position);
      release();
    }
    polling = undefined;
  };
  const startPolling = () => {
    if (!closing.signal.aborted) polling ??= poll();
  };

  return {
    async untilPast(supplierId, position, signal) {
      if (signal.aborted || (newest.get(supplierId) ?? 0) > position) return;
      await untilReleased(waiters, { supplierId, position }, signal, startPolling);
    },
    committed({ positions }) {
      for (const [supplierId, position] of positions) note(supplierId, position);
      release();
    },
    failed: () => undefined,
    async close() {
      closing.abort();
      await polling;
    },
  };
}

async function untilReleased(
  waiters: Set<Waiter>,
  wanted: Omit<Waiter, 'resolve'>,
  signal: AbortSignal,
  startPolling: () => unknown,
): Promise<void> {
  const released = Promise.withResolvers<void>();
  const waiter = { ...wanted, resolve: () => released.resolve() };
  waiters.add(waiter);
  signal.addEventListener('abort', waiter.resolve, { once: true });
  startPolling();
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
