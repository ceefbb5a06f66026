/** The service clock: the milliseconds for which gateways have served a store. It follows monotonic clocks, so wall-clock jumps do not affect it. */
import { randomUUID } from 'node:crypto';
import type { Store } from './store.ts';

/** Minimum time between two steps of the clock, in milliseconds. */
const STEP_MS = 10_000;
/** The most that one step adds, in milliseconds. A process that was suspended for an hour must not age keys by an hour at once. */
export const MAX_STEP_MS = 120_000;
/** A gateway takes over after it has seen the clock stand still for this long, in milliseconds. A live owner takes steps more often. */
const TAKEOVER_MS = 300_000;

/** This process's handle on the store's service clock. */
export interface ServiceClock {
  /**
   * Advances the clock if this process owns it. Resolves to whether it does. One gateway on a store is the owner, so that the clock
   * never runs faster than time. If there is no owner, or the clock stood still for five minutes, this process takes over.
   */
  advance(): Promise<boolean>;
  /** Gives the clock up, if this process owns it, so that the next one need not wait until it has stood still. */
  release(): Promise<void>;
}

/** `monotonic` returns milliseconds on a clock that never jumps. Tests pass their own. */
export function createServiceClock(
  { writes: db }: Store,
  monotonic: () => number = () => performance.now(),
): ServiceClock {
  const owner = randomUUID();
  let ownedSince: number | null = null;
  const isFree = createIsFree(monotonic);

  const step = async (since: number) => {
    const now = monotonic();
    if (now - since < STEP_MS) return true;
    // Set before the statement: if its outcome is unknown, the next step must not add the same time again.
    ownedSince = now;
    const { numUpdatedRows } = await db
      .updateTable('service_clock')
      .set((eb) => ({ elapsed_ms: eb('elapsed_ms', '+', Math.floor(Math.min(now - since, MAX_STEP_MS))) }))
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) ownedSince = null;
    return numUpdatedRows > 0n;
  };
  const takeOver = async () => {
    const shown = await db
      .selectFrom('service_clock')
      .select(['owner', 'elapsed_ms'])
      .executeTakeFirstOrThrow();
    if (!isFree(shown) && shown.owner !== owner) return false;
    const { numUpdatedRows } = await db
      .updateTable('service_clock')
      .set({ owner })
      .where('owner', '=', shown.owner)
      .where('elapsed_ms', '=', shown.elapsed_ms)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) ownedSince = monotonic();
    return numUpdatedRows > 0n;
  };
  // Two calls that both found no owner would take over from each other, and one would say that it failed.
  let underWay: Promise<boolean> | undefined;
  return {
    advance: () =>
      (underWay ??= (ownedSince === null ? takeOver() : step(ownedSince)).finally(
        () => (underWay = undefined),
      )),
    async release() {
      if (ownedSince === null) return;
      ownedSince = null;
      await db.updateTable('service_clock').set({ owner: '' }).where('owner', '=', owner).execute();
    },
  };
}

/** Whether the clock has no owner, or one that has let it stand still for so long that it is gone. Tells by the rows that were shown before. */
function createIsFree(monotonic: () => number) {
  let seen = { owner: '', elapsed_ms: 0, at: monotonic() };
  return (shown: { readonly owner: string; readonly elapsed_ms: number }) => {
    const hasMoved = shown.owner !== seen.owner || shown.elapsed_ms !== seen.elapsed_ms;
    if (hasMoved) seen = { ...shown, at: monotonic() };
    return shown.owner === '' || monotonic() - seen.at >= TAKEOVER_MS;
  };
}
