/** Deletes old idempotency keys: a bounded number at a time on SQLite, whole days on PostgreSQL. The service clock says how old they are. */
import type { Kysely } from 'kysely';
import { dropOldDays } from '../partition/key-days.ts';
import type { KeyRow } from './idempotency-keys.ts';
import { bytesOfKey, createAddKeyBytes } from './key-bytes.ts';
import type { Store } from '../store/store.ts';
import { createServiceClock, MAX_STEP_MS, type ServiceClock } from '../store/service-clock.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { idempotencyKeyKey, type Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';

/** The most keys and bytes of keys that one transaction deletes, because writers wait for it. A larger key is deleted by itself. */
const MAX_PURGED = 500;
const MAX_PURGED_BYTES = 4_194_304;
/**
 * Keys are kept longer by this many milliseconds. When a key is stored, the clock may lag by one step, and the key's transaction may
 * take minutes to commit.
 */
const MARGIN_MS = 2 * MAX_STEP_MS;

/** Deletes some of the keys that are at least `keepMs` milliseconds old. Resolves to true if there may be more. */
export type PurgeKeys = (keepMs: number) => Promise<boolean>;

/** Only the process that advances the service clock deletes keys. In other processes the function does nothing. */
export function createPurgeKeys(
  store: Store,
  clock: Pick<ServiceClock, 'advance'> = createServiceClock(store),
): PurgeKeys {
  const removeKeys = createRemoveKeys(store);
  return async (keepMs) => {
    if (!(await clock.advance())) return false;
    const { elapsed_ms } = await store.writes
      .selectFrom('service_clock')
      .select('elapsed_ms')
      .executeTakeFirstOrThrow();
    const before = elapsed_ms - keepMs - MARGIN_MS;
    if (store.kind === 'postgres') {
      await dropOldDays(store, before);
      return false;
    }
    const old = await store.writes
      .selectFrom('idempotency_key')
      .select(['supplier_id', 'operation', 'key', bytesOfKey.as('bytes')])
      .where('made_at_ms', '<=', before)
      .orderBy('made_at_ms')
      .limit(MAX_PURGED)
      .execute();
    if (old.length === 0) return false;
    let bytes = 0;
    const end = old.findIndex((key, i) => (bytes += key.bytes) > MAX_PURGED_BYTES && i > 0);
    await inTransaction(store, (trx) => removeKeys(trx, end < 0 ? old : old.slice(0, end)));
    return end >= 0 || old.length === MAX_PURGED;
  };
}

/** For SQLite, where one transaction writes at a time. */
function createRemoveKeys(store: Store) {
  const deleteKeys = createSetStatement(store, idempotencyKeyKey, (db) =>
    db
      .deleteFrom('idempotency_key')
      .where((eb) =>
        eb(
          eb.refTuple('supplier_id', 'operation', 'key'),
          'in',
          eb
            .selectFrom('item')
            .select(['item.supplier_id', 'item.operation', 'item.key'])
            .$asTuple('supplier_id', 'operation', 'key'),
        ),
      )
      .returning(['supplier_id', bytesOfKey.as('bytes')]),
  );
  const addKeyBytes = createAddKeyBytes(store);
  return async (trx: Kysely<Tables>, keys: readonly KeyRow[]) => {
    const removed = await deleteKeys(
      trx,
      keys.map(({ supplier_id, operation, key }) => ({ supplier_id, operation, key })),
    );
    await addKeyBytes(
      trx,
      removed.map(({ supplier_id, bytes }) => ({ supplier_id, bytes: -bytes })),
    );
  };
}
