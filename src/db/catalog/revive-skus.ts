/** Deleted SKUs that a catalog lists again: they come back with their history. */
import type { Kysely } from 'kysely';
import type { CatalogRow } from '../../domain/catalog.ts';
import { createSkuCodes } from '../sku/sku-codes.ts';
import type { RowOf } from '../store/columns.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import type { Store } from '../store/store.ts';
import { skuKey, type SkuTable, type Tables } from '../store/tables.ts';
import { createUpdateSkus, toSkuRow } from './catalog-rows.ts';

/**
 * Lists those of the known SKUs anew that are deleted, and returns their first rows. Their versions go on, so no version is ever
 * given twice. On PostgreSQL all SKUs of the rows stay locked until the transaction ends.
 */
export function createReviveSkus(store: Store) {
  const lockKnown = createLockKnown(store);
  const updateSkus = createUpdateSkus(store);
  const codes = createSkuCodes(store);
  return async (trx: Kysely<Tables>, supplierId: string, rows: readonly CatalogRow[], now: string) => {
    const firsts = new Map(rows.toReversed().map((row) => [row.skuId, row]));
    const known = await lockKnown(
      trx,
      Array.from(firsts.keys(), (sku_id) => ({ supplier_id: supplierId, sku_id })),
    );
    const revived = known.flatMap(({ sku_id, deleted_at }) =>
      deleted_at === null ? [] : (firsts.get(sku_id) ?? []),
    );
    if (revived.length > 0) {
      await updateSkus(
        trx,
        revived.map((row) => toSkuRow(supplierId, row, now)),
      );
      await codes.add(trx, supplierId, revived);
    }
    return new Set(revived);
  };
}

type SkuKey = RowOf<typeof skuKey>;

/** In key order, so that two writers never wait for each other in a circle. */
function createLockKnown(store: Store): SetStatement<SkuKey, Pick<SkuTable, 'sku_id' | 'deleted_at'>> {
  return createSetStatement(store, skuKey, (db) => {
    const known = db
      .selectFrom('item')
      .innerJoin('sku', (join) =>
        join.onRef('sku.supplier_id', '=', 'item.supplier_id').onRef('sku.sku_id', '=', 'item.sku_id'),
      )
      .select(['sku.sku_id', 'sku.deleted_at']);
    return store.kind === 'postgres' ? known.orderBy('sku.sku_id').forUpdate('sku') : known;
  });
}
