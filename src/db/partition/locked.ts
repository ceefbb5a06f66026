/** Takes partitions off their table, under a lock for which nobody has to wait long. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { KEYS, LOG, LOOSE, type Partition, type Pool, type Runner } from './partitions.ts';

/** How long each try waits for readers, in milliseconds. Whoever writes or reads meanwhile waits behind it. */
const LOCK_MS = [5, 10, 20, 40, 80, 100, 100, 100, 100, 100];
/** The pause after each try, in milliseconds. */
const PAUSE_MS = 500;
/** lock_not_available, and deadlock_detected: someone reads the table, such as a dump. */
const busyCodes = new Set(['55P03', '40P01']);

/**
 * Runs the work in a transaction while nobody else reads or writes the table. Resolves to false if somebody always was in the way.
 * `leaving`: the partitions that the work detaches.
 */
export async function inLocked(
  writes: Pool,
  table: typeof LOG | typeof KEYS,
  leaving: readonly Partition[],
  work: (trx: Runner) => Promise<void>,
  stop?: AbortSignal,
): Promise<boolean> {
  for (const lockMs of LOCK_MS) {
    stop?.throwIfAborted();
    try {
      await writes
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (trx) => {
          await lock(trx, table, leaving, lockMs);
          await work(trx);
        });
      return true;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await pause(PAUSE_MS, undefined, { signal: stop });
    }
  }
  return false;
}

async function lock(trx: Runner, table: string, leaving: readonly Partition[], lockMs: number) {
  // These locks are in the way of vacuum only, which gives way to them after a second.
  await sql`set local lock_timeout = '3s'`.execute(trx);
  for (const { name } of leaving)
    await sql`lock table only ${sql.table(name)} in share update exclusive mode`.execute(trx);
  await sql.raw(`set local lock_timeout = ${lockMs}`).execute(trx);
  await sql`lock table only ${sql.table(table)} in access exclusive mode`.execute(trx);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && busyCodes.has(String(error.code));
}

/** Takes the partition off its table. `dropLoose` drops it. */
export async function detach(trx: Runner, table: typeof LOG | typeof KEYS, partition: string): Promise<void> {
  await sql`alter table ${sql.table(table)} detach partition ${sql.table(partition)}`.execute(trx);
  await rename(trx, partition, nameOfLoose(table, partition));
}

/** The name of a partition that was detached. */
export function nameOfLoose(table: typeof LOG | typeof KEYS, partition: string): string {
  return `${LOOSE}${partition.slice(table.length + 1)}`;
}

/** Gives the table another name. */
export async function rename(db: Runner, table: string, name: string): Promise<void> {
  await sql`alter table ${sql.table(table)} rename to ${sql.table(name)}`.execute(db);
}

/** Drops tables that are no partitions any more, or never became one. */
export async function dropLoose(writes: Pool): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and not relispartition and pg_table_is_visible(oid) and starts_with(relname, ${LOOSE})`.execute(
    writes,
  );
  for (const { name } of rows) await sql`drop table ${sql.table(name)}`.execute(writes);
}
