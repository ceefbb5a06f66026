/** Writes the index of codes (table `sku_code`) when a catalog is saved. Look-ups by identifier read it. */
import { sql, type Kysely } from 'kysely';
import { codeKinds, parseIdentifier, type CodeKind } from '../../domain/identifier.ts';
import type { Sku } from '../../domain/sku.ts';
import { namesOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { skuKey, tables, type SkuCodeTable, type Tables } from '../store/tables.ts';

/** The parts of a SKU that the index of codes needs. */
export type CodedSku = Pick<Sku, 'skuId'> & Partial<Pick<Sku, CodeKind>>;

/** Changes the index of codes inside a transaction. */
export interface SkuCodes {
  /** Adds the codes of new SKUs. Violates the primary key if a SKU has codes already. */
  add(trx: Kysely<Tables>, supplierId: string, skus: readonly CodedSku[]): Promise<void>;
  /** Replaces all codes of the SKUs. */
  replace(trx: Kysely<Tables>, supplierId: string, skus: readonly CodedSku[]): Promise<void>;
}

/** Prepares the statements of `SkuCodes` for this store. */
export function createSkuCodes(store: Store): SkuCodes {
  const remove = createRemoveCodes(store);
  const insert = createInsertCodes(store);
  const add: SkuCodes['add'] = async (trx, supplierId, skus) => {
    const rows = skus.flatMap((sku) => toCodeRows(supplierId, sku));
    if (rows.length > 0) await insert(trx, rows);
  };
  return {
    add,
    replace: async (trx, supplierId, skus) => {
      await remove(
        trx,
        skus.map(({ skuId }) => ({ supplier_id: supplierId, sku_id: skuId })),
      );
      await add(trx, supplierId, skus);
    },
  };
}

/**
 * The rows for a SKU: each code as spelled, and a second row if its canonical GTIN-14 (GS1) differs. A code whose check digit
 * is wrong has no GTIN, and is found only as spelled.
 */
function toCodeRows(supplierId: string, sku: CodedSku): SkuCodeTable[] {
  return codeKinds.flatMap((kind) => {
    const { value, gtin } = parseIdentifier(kind, sku[kind] ?? '');
    const key = { supplier_id: supplierId, sku_id: sku.skuId, kind };
    const spelled =
      value === '' ? [] : [{ ...key, code: value, as_spelled: 1, as_gtin: gtin === value ? 1 : 0 }];
    const canonical =
      gtin === null || gtin === value ? [] : [{ ...key, code: gtin, as_spelled: 0, as_gtin: 1 }];
    return [...spelled, ...canonical];
  });
}

function createInsertCodes(store: Store): SetStatement<SkuCodeTable> {
  const { columns } = tables.sku_code;
  return createSetStatement(store, columns, (db) =>
    db
      .insertInto('sku_code')
      .columns(namesOf(columns))
      .expression((eb) => eb.selectFrom('item').selectAll()),
  );
}

function createRemoveCodes(store: Store) {
  const ofItems = sql<boolean>`(supplier_id, sku_id) in (select supplier_id, sku_id from item)`;
  return createSetStatement(store, skuKey, (db) => db.deleteFrom('sku_code').where(ofItems));
}
