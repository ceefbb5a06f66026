/** Under which codes SKUs are found: written with the catalog, read when an identifier is matched. */
import { sql, type Kysely } from 'kysely';
import { codeKinds, parseIdentifier, type CodeKind } from '../../domain/identifier.ts';
import type { Sku } from '../../domain/sku.ts';
import { namesOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { skuKey, tables, type SkuCodeTable, type Tables } from '../store/tables.ts';

/** A SKU as far as codes go. */
export type CodedSku = Pick<Sku, 'skuId'> & Partial<Pick<Sku, CodeKind>>;

/** Under which codes a supplier's SKUs are found. */
export interface SkuCodes {
  /** The SKUs have no codes yet. */
  add(trx: Kysely<Tables>, supplierId: string, skus: readonly CodedSku[]): Promise<void>;
  /** The SKUs' former codes find them no more. */
  replace(trx: Kysely<Tables>, supplierId: string, skus: readonly CodedSku[]): Promise<void>;
}

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

/** Each code as it is spelled, and as its canonical GTIN-14 where that is spelled otherwise. */
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
