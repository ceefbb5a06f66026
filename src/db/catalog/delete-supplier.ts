/** Deletes a supplier with all that it has, in short transactions between which gateways write. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';
import { removeEndpoints } from '../webhook/change-endpoint.ts';
import { hideSkus, lockListed } from './delete-sku.ts';

/** Rows that one transaction removes at most: a few milliseconds. */
const PART_ROWS = 500;
/** The same of idempotency keys, whose answers may be large. */
const PART_KEYS = 50;

export interface DeleteOptions {
  /** Called after each transaction with the rows removed so far. */
  readonly onProgress?: (rows: number) => void;
  /** When aborted, the deletion ends after the transaction in hand. */
  readonly stop?: AbortSignal;
}

/**
 * Deletes the supplier: its tokens first, then its SKUs, so that no update finds one any more, then its changes and all else. True:
 * it is gone. False: it was stopped; another call goes on. Whatever it leaves until then, nobody but a check sees.
 */
export async function deleteSupplier(
  store: Store,
  supplierId: string,
  now: Date,
  { onProgress = () => undefined, stop }: DeleteOptions = {},
): Promise<boolean> {
  let removed = 0;
  await inTransaction(store, (trx) => beginDeletion(store, trx, supplierId, now));
  for (const removePart of partsOf(store, supplierId, now)) {
    for (let rows = Infinity; rows > 0;) {
      if (stop?.aborted) return false;
      rows = await inTransaction(store, removePart);
      removed += rows;
      if (rows > 0) onProgress(removed);
      await nextTurn();
    }
  }
  await inTransaction(store, (trx) => endDeletion(store, trx, supplierId));
  return true;
}

/** From its commit on nobody gets a token's caller, and no import adds a SKU (save-catalog.ts). */
async function beginDeletion(store: Store, trx: Kysely<Tables>, supplierId: string, now: Date) {
  await lockSupplier(store, trx, supplierId);
  await trx.deleteFrom('token').where('supplier_id', '=', supplierId).execute();
  await trx
    .updateTable('supplier')
    .set({ deleted_at: now.toISOString() })
    .where('supplier_id', '=', supplierId)
    .execute();
}

/** The steps in order; each removes some rows, says how many, and is repeated until there are none. */
function partsOf({ kind }: Store, supplierId: string, now: Date) {
  const remove = (table: keyof Tables, key: string, rows: number) => (trx: Kysely<Tables>) =>
    removeRows(trx, table, supplierId, sql.raw(key), rows);
  return [
    async (trx: Kysely<Tables>) => {
      const listed = await lockListed(kind, trx, supplierId).limit(PART_ROWS).execute();
      const skuIds = listed.map(({ sku_id }) => sku_id);
      if (skuIds.length > 0) await hideSkus(trx, supplierId, skuIds, now);
      return skuIds.length;
    },
    (trx: Kysely<Tables>) => removeChanges(trx, supplierId),
    remove('log_age', 'made_at_ms', PART_ROWS),
    remove('sku', 'sku_id', PART_ROWS),
    remove('idempotency_key', 'operation, key', PART_KEYS),
    remove('feed', 'feed_id', PART_KEYS),
    remove('board_session', 'session_hash', PART_ROWS),
    (trx: Kysely<Tables>) => removeEndpoints(kind, trx, supplierId),
  ];
}

/** Removes the first changes by both of their ends, so that PostgreSQL looks into few partitions of the log. */
async function removeChanges(trx: Kysely<Tables>, supplierId: string): Promise<number> {
  const part = trx
    .selectFrom('inventory_change')
    .select('position')
    .where('supplier_id', '=', supplierId)
    .orderBy('position')
    .limit(PART_ROWS)
    .as('part');
  const { first, last } = await trx
    .selectFrom(part)
    .select(({ fn }) => [fn.min('position').as('first'), fn.max('position').as('last')])
    .executeTakeFirstOrThrow();
  const { numDeletedRows } = await trx
    .deleteFrom('inventory_change')
    .where('supplier_id', '=', supplierId)
    .where('position', '>=', first)
    .where('position', '<=', last)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function removeRows(
  trx: Kysely<Tables>,
  table: keyof Tables,
  supplierId: string,
  key: RawBuilder<unknown>,
  rows: number,
): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${sql.table(table)}
    where supplier_id = ${supplierId} and (${key}) in (
      select ${key} from ${sql.table(table)} where supplier_id = ${supplierId} limit ${rows})`.execute(trx);
  return Number(numAffectedRows ?? 0n);
}

/** With what came in since its rows were removed: a token, or a key of a request that was under way. */
async function endDeletion(store: Store, trx: Kysely<Tables>, supplierId: string): Promise<void> {
  await lockSupplier(store, trx, supplierId);
  await removeEndpoints(store.kind, trx, supplierId);
  for (const table of ['token', 'board_session', 'idempotency_key', 'feed', 'log_age', 'supplier'] as const)
    await trx.deleteFrom(table).where('supplier_id', '=', supplierId).execute();
  if (store.kind === 'postgres')
    await sql`delete from key_day where supplier_id = ${supplierId}`.execute(trx);
}

/** Imports of the supplier that are under way end first; SQLite has one writer at a time anyway. */
async function lockSupplier({ kind }: Store, trx: Kysely<Tables>, supplierId: string): Promise<void> {
  if (kind === 'sqlite') return;
  await trx
    .selectFrom('supplier')
    .select('supplier_id')
    .where('supplier_id', '=', supplierId)
    .forUpdate()
    .execute();
}
