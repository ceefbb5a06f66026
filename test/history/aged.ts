/** Lets a store grow older: by its service clock, as a gateway would that runs for days. */
import { sql } from 'kysely';
import { findHorizons, moveHorizons } from '../../src/db/history/horizon.ts';
import { DAY_MS, noteAges } from '../../src/db/history/log-age.ts';
import { pruneAll } from '../../src/db/history/prune.ts';
import type { Store } from '../../src/db/store/store.ts';

/** Days that pass between two ages of a test. Changes before `passDays` are older than `OLD_DAYS`. */
const PASSED_DAYS = 10;
const OLD_DAYS = 5;

/** Notes how far each log has come, and lets ten days pass. What is there now is old, what comes later is not. */
export async function passDays(store: Store): Promise<void> {
  await advance(store, 1);
  await noteAges(store);
  await advance(store, PASSED_DAYS);
}

async function advance(store: Store, days: number): Promise<void> {
  await sql`update service_clock set elapsed_ms = elapsed_ms + ${days * DAY_MS}`.execute(store.writes);
}

export function oldHorizons(store: Store) {
  return findHorizons(store, OLD_DAYS * DAY_MS);
}

/** Takes what is old away, as `stockgate prune` does. Resolves to the number of changes. */
export async function prune(store: Store): Promise<number> {
  await moveHorizons(store, await oldHorizons(store));
  let removed = 0;
  for await (const count of pruneAll(store)) removed += count;
  return removed;
}
