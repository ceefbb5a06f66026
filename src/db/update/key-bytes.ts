/** Counts the bytes that idempotency keys take. Each supplier's row has the sum of its keys. */
import { sql, type Kysely } from 'kysely';
import { endOfDay } from '../partition/key-days.ts';
import { bigint } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey, type Tables } from '../store/tables.ts';

/**
 * SQL for the bytes of a key: its answer, its name in the table and in the index, and 200 for the rest of the row. The result is within a
 * tenth of what the key takes on SQLite's disk.
 */
export const bytesOfKey = sql<number>`octet_length(answer) + 2 * octet_length(key) + 200`;

/** A key's supplier, when it was stored by the service clock, and the bytes to add to its sum. */
export interface KeyBytes {
  readonly supplier_id: string;
  readonly made_at_ms: number;
  readonly bytes: number;
}

/** Adds bytes to the sums of suppliers. Negative bytes subtract. The caller has locked the suppliers' rows. */
export type AddKeyBytes = (trx: Kysely<Tables>, keys: readonly KeyBytes[]) => Promise<void>;

/** Prepares the statement. On PostgreSQL it also adds to the sums of days. */
export function createAddKeyBytes(store: Store): AddKeyBytes {
  const add = store.kind === 'sqlite' ? createAdd(store) : createAddToDays(store);
  return async (trx, keys) => {
    const sums = new Map<string, { supplier_id: string; until_ms: number; bytes: number }>();
    for (const { supplier_id, made_at_ms, bytes } of keys) {
      const until_ms = endOfDay(made_at_ms);
      const day = `${until_ms} ${supplier_id}`;
      sums.set(day, { supplier_id, until_ms, bytes: (sums.get(day)?.bytes ?? 0) + bytes });
    }
    await add(trx, [...sums.values()]);
  };
}

const dayColumns = { ...supplierKey, until_ms: bigint(), bytes: bigint() };

function createAdd(store: Store) {
  return createSetStatement(store, dayColumns, (db) =>
    db
      .updateTable('supplier')
      .from('item')
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + item.bytes` })
      .whereRef('supplier.supplier_id', '=', 'item.supplier_id'),
  );
}

/** The items are of one day, but for a moment at its end. Then a supplier has two. */
function createAddToDays(store: Store) {
  return createSetStatement(store, dayColumns, (db) =>
    db
      .with(
        'day',
        () => sql`(insert into key_day (supplier_id, until_ms, bytes) select supplier_id, until_ms, bytes from item
        on conflict (supplier_id, until_ms) do update set bytes = key_day.bytes + excluded.bytes)`,
      )
      .updateTable('supplier')
      .from((eb) =>
        eb
          .selectFrom('item')
          .select(['item.supplier_id', sql<number>`sum(item.bytes)`.as('bytes')])
          .groupBy('item.supplier_id')
          .as('sums'),
      )
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + sums.bytes` })
      .whereRef('supplier.supplier_id', '=', 'sums.supplier_id'),
  );
}
