/** The service clock: for how long gateways have served a store. It follows their monotonic clocks, so no jump of a wall clock moves it. */
import { randomUUID } from 'node:crypto';
import type { Store } from './store.ts';

/** It is moved on once in so many milliseconds. */
const STEP_MS = 10_000;
/** Most that one step adds, in milliseconds: a process that was suspended for an hour does not age at once what was made meanwhile. */
export const MAX_STEP_MS = 120_000;
/** For how long a gateway sees it stand still before it takes over, in milliseconds: longer than an owner that lives takes between steps. */
const TAKEOVER_MS = 300_000;

export interface ServiceClock {
  /**
   * Moves the clock on, where this process is the one that does. Of several gateways on one store it is one, the owner, so that
   * the clock never runs faster than time does; another takes over when it sees the clock stand still for minutes. True: it is this one.
   */
  advance(): Promise<boolean>;
}

/** `monotonic`: milliseconds on a clock that never jumps. */
export function createServiceClock(
  { writes: db }: Store,
  monotonic: () => number = () => performance.now(),
): ServiceClock {
  const owner = randomUUID();
  let ownedSince: number | null = null;
  let seen = { owner: '', elapsed_ms: 0, at: monotonic() };

  const step = async (since: number) => {
    const now = monotonic();
    if (now - since < STEP_MS) return true;
    // Before the statement: time whose outcome is unknown is never added twice.
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
    const hasMoved = shown.owner !== seen.owner || shown.elapsed_ms !== seen.elapsed_ms;
    if (hasMoved) seen = { ...shown, at: monotonic() };
    const isFree = shown.owner === '' || shown.owner === owner || monotonic() - seen.at >= TAKEOVER_MS;
    if (!isFree) return false;
    const { numUpdatedRows } = await db
      .updateTable('service_clock')
      .set({ owner })
      .where('owner', '=', shown.owner)
      .where('elapsed_ms', '=', shown.elapsed_ms)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) ownedSince = monotonic();
    return numUpdatedRows > 0n;
  };
  return { advance: () => (ownedSince === null ? takeOver() : step(ownedSince)) };
}
