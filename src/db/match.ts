/** Finds the SKUs that identifiers name: codes to SKU ids, then SKU ids to rows, each as one statement over the whole set. */
import { sql, type Kysely } from 'kysely';
import type { CodeKind, Identifier } from '../identifier.ts';
import type { Sku } from '../sku.ts';
import type { Store } from './open.ts';
import { createSetStatement, type SetStatement } from './set-statement.ts';
import type { SkuTable, Tables } from './tables.ts';

/** An identifier, and among whose SKUs it is looked up. */
export interface Wanted {
  readonly supplierId: string;
  readonly identifier: Identifier;
}

/** For each wanted identifier all the SKUs that it names: none, one, or several that share the code. */
export type MatchSkus = (db: Kysely<Tables>, wanted: readonly Wanted[]) => Promise<Sku[][]>;

/** With `lock`, the rows stay locked until the transaction ends, taken in key order so that two writers never deadlock. */
export function createMatchSkus(store: Store, { lock }: { lock: boolean }): MatchSkus {
  const findCodes = createFindCodes(store);
  // SQLite has one writer at a time anyway.
  const loadSkus = createLoadSkus(store, lock && store.kind === 'postgres');

  return async (db, wanted) => {
    const skuIds = await resolveSkuIds(db, findCodes, wanted);
    const keys = new Map<string, SkuKey>();
    wanted.forEach(({ supplierId }, i) => {
      for (const skuId of skuIds[i] ?? []) {
        keys.set(keyOf(supplierId, skuId), { supplier_id: supplierId, sku_id: skuId });
      }
    });
    const found = new Map<string, Sku>();
    for (const row of keys.size > 0 ? await loadSkus(db, [...keys.values()]) : []) {
      found.set(keyOf(row.supplier_id, row.sku_id), toSku(row));
    }
    return wanted.map(({ supplierId }, i) =>
      (skuIds[i] ?? []).flatMap((skuId) => found.get(keyOf(supplierId, skuId)) ?? []),
    );
  };
}

/** Both halves of a SKU's key as one string; neither half holds a NUL. */
export function keyOf(supplierId: string, skuId: string): string {
  return `${supplierId}\0${skuId}`;
}

async function resolveSkuIds(
  db: Kysely<Tables>,
  findCodes: FindCodes,
  wanted: readonly Wanted[],
): Promise<string[][]> {
  const skuIds = wanted.map(({ identifier }) => (identifier.kind === 'skuId' ? [identifier.value] : []));
  const codes = wanted.flatMap(({ supplierId, identifier: { kind, value, gtin } }, i) =>
    kind === 'skuId' ? [] : [{ i, supplier_id: supplierId, kind, spelled: value, gtin }],
  );
  const bestTiers = new Map<number, number>();
  // An identifier's rows come best first; those matched less well than the best do not count.
  for (const { i, sku_id, tier } of codes.length > 0 ? await findCodes(db, codes) : []) {
    const bestTier = bestTiers.get(i) ?? tier;
    bestTiers.set(i, bestTier);
    if (tier === bestTier && !skuIds[i]?.includes(sku_id)) skuIds[i]?.push(sku_id);
  }
  return skuIds;
}

interface WantedCode {
  /** Which of the wanted identifiers this is. */
  i: number;
  supplier_id: string;
  kind: CodeKind;
  spelled: string;
  gtin: string | null;
}

interface FoundCode {
  i: number;
  sku_id: string;
  /** 0: as spelled, in the kind given. 1: the same GTIN, in the kind given. 2: the same GTIN, in another kind. */
  tier: number;
}

type FindCodes = SetStatement<WantedCode, FoundCode>;

function createFindCodes(store: Store): FindCodes {
  const sameKind = sql<boolean>`sku_code.kind = item.kind`;
  const asSpelled = sql<boolean>`(${sameKind} and sku_code.code = item.spelled and sku_code.as_spelled = 1)`;
  const tier = sql<number>`case when ${asSpelled} then 0 when ${sameKind} then 1 else 2 end`;
  return createSetStatement<WantedCode, FoundCode>(
    store,
    { i: 'integer', supplier_id: 'text', kind: 'text', spelled: 'text', gtin: 'text' },
    (db) =>
      db
        .selectFrom('item')
        .innerJoin('sku_code', (join) =>
          join
            .onRef('sku_code.supplier_id', '=', 'item.supplier_id')
            .on(sql<boolean>`sku_code.code in (item.spelled, item.gtin)`),
        )
        .where(sql<boolean>`((sku_code.code = item.gtin and sku_code.as_gtin = 1) or ${asSpelled})`)
        .select(['item.i', 'sku_code.sku_id', tier.as('tier')])
        .orderBy('item.i')
        .orderBy('tier')
        .orderBy('sku_code.sku_id'),
  );
}

type SkuKey = Pick<SkuTable, 'supplier_id' | 'sku_id'>;

function createLoadSkus(store: Store, lock: boolean): SetStatement<SkuKey, SkuTable> {
  return createSetStatement<SkuKey, SkuTable>(store, { supplier_id: 'text', sku_id: 'text' }, (db) => {
    const skus = db
      .selectFrom('item')
      .innerJoin('sku', (join) =>
        join.onRef('sku.supplier_id', '=', 'item.supplier_id').onRef('sku.sku_id', '=', 'item.sku_id'),
      )
      .selectAll('sku');
    return lock ? skus.orderBy('sku.supplier_id').orderBy('sku.sku_id').forUpdate('sku') : skus;
  });
}

/** A row as the domain knows it. */
export function toSku(row: SkuTable): Sku {
  return {
    supplierId: row.supplier_id,
    skuId: row.sku_id,
    itemId: row.item_id,
    title: row.title,
    condition: row.condition,
    upca: row.upca,
    ean13: row.ean13,
    gtin14: row.gtin14,
    isbn: row.isbn,
    quantityInStock: row.quantity_in_stock,
    quantityOnBackorder: row.quantity_on_backorder,
    restrictions: row.restrictions,
    version: row.version,
    updatedAt: row.updated_at,
    lastChangePosition: row.last_change_position,
  };
}
