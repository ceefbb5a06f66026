/** Wakes followers of the log: at once after this process's commits, and by polling after those of other processes. */
import { OUTAGE_MS, UnavailableError } from '../../domain/unavailable.ts';
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
  /** As `Inventory.untilPast`. */
  untilPast(supplierId: string, position: number, signal: AbortSignal): Promise<void>;
  /** Stops polling. Open waits end when their own signals abort. */
  close(): Promise<void>;
}

interface Waiter {
  readonly supplierId: string;
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface WatchOptions {
  /** Called with the first wait. */
  readonly startHearing?: () => void;
  readonly outageMs?: number;
}

/** Prepares the statement that polls. Polling starts with the first wait. */
export function createWatch(
  store: Store,
  { startHearing = () => undefined, outageMs = OUTAGE_MS }: WatchOptions = {},
): Watch {
  const ask = createAskPositions(store);
  const commits = createHeardCommits();
  const waiters = new Set<Waiter>();
  const closing = new AbortController();
  let polling: Promise<void> | undefined;
  let isHearing = false;
  const moved = (positions: CommitSummary['positions']) => {
    commits.heard(positions);
    wake(waiters, positions);
  };

  const poll = async () => {
    let lastAnswer = performance.now();
    while (waiters.size > 0 && !closing.signal.aborted) {
      await pause(POLL_MS, closing.signal);
      try {
        wake(waiters, await ask(waiters));
        lastAnswer = performance.now();
      } catch (error) {
        // The waits go on, and the next round tries again.
        if (performance.now() - lastAnswer < outageMs) continue;
        for (const { reject } of waiters) reject(new UnavailableError('STORE_UNAVAILABLE', error));
      }
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
      if (signal.aborted || commits.isNews(supplierId, position, signal)) return;
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

/**
 * The suppliers' last commits that were heard of. A follower that comes to wait may have read before such a commit, so it reads again: once,
 * because a store that lost commits ends before it. For the same reason no highest position is kept.
 */
function createHeardCommits() {
  const newest = new Map<string, { readonly position: number; readonly told: WeakSet<AbortSignal> }>();
  return {
    heard(positions: CommitSummary['positions']) {
      for (const [supplierId, position] of positions)
        newest.set(supplierId, { position, told: new WeakSet() });
    },
    /** Whether the follower with this signal was not told of a commit past the position yet. */
    isNews(supplierId: string, position: number, follower: AbortSignal) {
      const heard = newest.get(supplierId);
      if (!heard || heard.position <= position || heard.told.has(follower)) return false;
      heard.told.add(follower);
      return true;
    },
  };
}

/** Wakes those who wait behind another position than the supplier's newest one. Behind a later one they learn that the log ends before it. */
function wake(waiters: ReadonlySet<Waiter>, positions: CommitSummary['positions']): void {
  const newest = new Map(positions);
  for (const { supplierId, position, resolve } of waiters)
    if ((newest.get(supplierId) ?? position) !== position) resolve();
}

async function untilReleased(
  waiters: Set<Waiter>,
  wanted: Pick<Waiter, 'supplierId' | 'position'>,
  signal: AbortSignal,
  startWaiting: () => unknown,
): Promise<void> {
  const released = Promise.withResolvers<void>();
  const waiter = { ...wanted, resolve: () => released.resolve(), reject: released.reject };
  waiters.add(waiter);
  signal.addEventListener('abort', waiter.resolve, { once: true });
  startWaiting();
  try {
    await released.promise;
  } finally {
    signal.removeEventListener('abort', waiter.resolve);
    waiters.delete(waiter);
  }
}

/** Asks for the last positions of the suppliers of those who wait. */
function createAskPositions(store: Store) {
  const load = createSetStatement(store, supplierKey, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .select(['supplier.supplier_id', 'supplier.last_position']),
  );
  return async (waiters: ReadonlySet<Waiter>): Promise<CommitSummary['positions']> => {
    const suppliers = new Set(Array.from(waiters, ({ supplierId }) => supplierId));
    const rows = await load(
      store.points,
      Array.from(suppliers, (supplier_id) => ({ supplier_id })),
    );
    return rows.map(({ supplier_id, last_position }) => [supplier_id, last_position] as const);
  };
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
