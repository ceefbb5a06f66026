/** Lists SKUs by filter, in an order, by keyset. */
import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { Inventory } from '../inventory.ts';
import type { Availability, SkuFilter, SkuOrder, SkuPage } from '../sku.ts';
import { toSku, type MatchSkus } from './match.ts';
import type { Store } from './open.ts';
import type { SkuTable, Tables } from './tables.ts';

/** Each order ends in the skuId, so that it is total. */
const orderColumns = {
  SKU_ID: 'sku_id',
  UPDATED_AT: 'updated_at',
  QUANTITY_IN_STOCK: 'quantity_in_stock',
} as const satisfies Record<SkuOrder, keyof SkuTable>;

export function createListSkus(
  store: Store,
  matchSkus: MatchSkus,
): Pick<Inventory, 'listSkus' | 'countSkus'> {
  const filtered = async (supplierId: string, filter: SkuFilter) => {
    const skuIds = await namedSkuIds(store, matchSkus, supplierId, filter);
    return () =>
      store.db
        .selectFrom('sku')
        .where('supplier_id', '=', supplierId)
        .where((eb) => eb.and(conditionsOf(eb, filter, skuIds)));
  };
  return {
    async listSkus(supplierId, { filter, order, descending, after, limit }) {
      const column = orderColumns[order];
      const direction = descending ? 'desc' : 'asc';
      const rows = await (
        await filtered(supplierId, filter)
      )()
        .selectAll()
        .$if(after !== null, (query) =>
          query.where((eb) => eb(eb.refTuple(column, 'sku_id'), descending ? '<' : '>', keyset(eb, after))),
        )
        .orderBy(column, direction)
        .$if(column !== 'sku_id', (query) => query.orderBy('sku_id', direction))
        .limit(limit)
        .execute();
      return rows.map(toSku);
    },

    async countSkus(supplierId, filter) {
      const row = await (
        await filtered(supplierId, filter)
      )()
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return row.count;
    },
  };
}

function keyset(eb: SkuExpressions, after: SkuPage['after']) {
  return eb.tuple(after?.value ?? '', after?.skuId ?? '');
}

/** The skuIds that the filter names, by themselves and by other identifiers; undefined: it names none. */
async function namedSkuIds(
  store: Store,
  matchSkus: MatchSkus,
  supplierId: string,
  { skuIds, identifiers }: SkuFilter,
): Promise<readonly string[] | undefined> {
  if (!identifiers) return skuIds;
  const matched = await matchSkus(
    store.db,
    identifiers.map((identifier) => ({ supplierId, identifier })),
  );
  const found = matched.flatMap((skus) => skus.map(({ skuId }) => skuId));
  return skuIds ? found.filter((skuId) => skuIds.includes(skuId)) : found;
}

type SkuExpressions = ExpressionBuilder<Tables, 'sku'>;

function conditionsOf(eb: SkuExpressions, filter: SkuFilter, skuIds: readonly string[] | undefined) {
  const { search, restrictions, availability, minQuantityInStock, maxQuantityInStock, updatedAfter } = filter;
  return [
    skuIds && (skuIds.length > 0 ? eb('sku_id', 'in', [...skuIds]) : sql<SqlBool>`1 = 0`),
    search !== undefined && containing(search),
    restrictions !== undefined && eb('restrictions', restrictions === null ? 'is' : '=', restrictions),
    availability && availabilityConditions[availability],
    minQuantityInStock !== undefined && eb('quantity_in_stock', '>=', minQuantityInStock),
    maxQuantityInStock !== undefined && eb('quantity_in_stock', '<=', maxQuantityInStock),
    updatedAfter !== undefined && eb('updated_at', '>', updatedAfter),
  ].filter((condition) => typeof condition === 'object');
}

/** As `availabilityOf` decides. */
const availabilityConditions: Record<Availability, ReturnType<typeof sql<SqlBool>>> = {
  DISCONTINUED: sql<SqlBool>`restrictions = 'discontd'`,
  TEMPORARILY_UNAVAILABLE: sql<SqlBool>`restrictions = 'tmpunavail'`,
  IN_STOCK: sql<SqlBool>`restrictions is null and quantity_in_stock > 0`,
  BACKORDER: sql<SqlBool>`restrictions is null and quantity_in_stock = 0 and quantity_on_backorder > 0`,
  OUT_OF_STOCK: sql<SqlBool>`restrictions is null and quantity_in_stock = 0 and quantity_on_backorder = 0`,
};

/** ASCII letters in any case: SQLite's lower() and PostgreSQL's in the C collation know no others. */
function containing(search: string) {
  const pattern = `%${search.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`(lower(title) like ${pattern} escape '\\' or lower(sku_id) like ${pattern} escape '\\')`;
}
