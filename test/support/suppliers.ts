/** An inventory for tests that read the store's rows. All tests share one store, and each has its own supplier. */
import { expect } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { createInventory } from '../../src/db/inventory.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import type { InventoryChangeTable, SkuTable } from '../../src/db/store/tables.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { parseIdentifier, type IdentifierKind } from '../../src/domain/identifier.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { InventoryUpdate, RowResult } from '../../src/domain/update.ts';
import type { Sku } from '../../src/domain/sku.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { setBy, updateFor, type Origin } from './requests.ts';
import { openTestStore } from './stores/stores.ts';

/** The SKU's ID, the IDs of the candidates, or the problem. */
export type Found = string | string[];

/** A row's result without its change. */
export type Result = DistributiveOmit<RowResult, 'change'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface TestSupplier {
  readonly origin: Origin;
  /** When the catalog was saved. The clock has moved on since then. */
  readonly seededAt: string;
  /** The time of updates, until another supplier is added. */
  readonly now: string;
  save(...rows: CatalogRow[]): Promise<unknown>;
  update(...rows: InventoryUpdate[]): Promise<Result[]>;
  /** Looks the identifiers up by `find` and by `update`, and checks that both agree. */
  find(...identifiers: (readonly [kind: IdentifierKind, value: string])[]): Promise<Found[]>;
  /** The supplier's rows, ordered by SKU ID. */
  skus(): Promise<SkuTable[]>;
  /** The same rows as tuples: SKU ID, in stock, on backorder, restriction, version. */
  states(): Promise<unknown[][]>;
  /** The supplier's changes, ordered by position. */
  changes(): Promise<InventoryChangeTable[]>;
  lastPosition(): Promise<number>;
}

export interface Suppliers {
  readonly inventory: Inventory;
  addSupplier(rows: readonly CatalogRow[]): Promise<TestSupplier>;
  close(): Promise<void>;
}

export async function openSuppliers(kind: StoreKind): Promise<Suppliers> {
  const database = await openTestStore(kind);
  const { store } = database;
  const { db } = store;
  let count = 0;
  let now = Date.parse('2026-11-01T09:30:00.000Z');
  const clock = () => new Date(now);
  const inventory = createInventory(store, clock);
  return { inventory, addSupplier, close: () => database.remove() };

  async function addSupplier(rows: readonly CatalogRow[]): Promise<TestSupplier> {
    const supplierId = `supplier-${++count}`;
    const origin: Origin = { supplierId, actor: 'dashboard', source: 'GRAPHQL' };
    await saveSupplier(store, supplierId, clock());
    const save = (...listed: CatalogRow[]) =>
      createCatalog(store, clock).save({ supplierId, actor: 'seed' }, listed);
    await save(...rows);
    const seededAt = clock().toISOString();
    now += 1;
    const skus = () =>
      db.selectFrom('sku').selectAll().where('supplier_id', '=', supplierId).orderBy('sku_id').execute();
    return {
      origin,
      seededAt,
      now: clock().toISOString(),
      save,
      find: (...wanted) => findTwice(inventory, origin, wanted),
      update: async (...listed) => (await updateFor(inventory, origin, listed)).map(withoutChange),
      skus,
      states: async () => (await skus()).map(toState),
      changes: () =>
        db
          .selectFrom('inventory_change')
          .selectAll()
          .where('supplier_id', '=', supplierId)
          .orderBy('position')
          .execute(),
      lastPosition: async () => {
        const supplier = db.selectFrom('supplier').selectAll().where('supplier_id', '=', supplierId);
        return (await supplier.executeTakeFirstOrThrow()).last_position;
      },
    };
  }
}

function withoutChange(result: RowResult): Result {
  if (!('change' in result)) return result;
  const { outcome, sku } = result;
  return { outcome, sku };
}

function toState(row: SkuTable): unknown[] {
  return [row.sku_id, row.quantity_in_stock, row.quantity_on_backorder, row.restrictions, row.version];
}

async function findTwice(
  inventory: Inventory,
  origin: Origin,
  wanted: readonly (readonly [IdentifierKind, string])[],
): Promise<Found[]> {
  const identifiers = wanted.map(([kind, value]) => parseIdentifier(kind, value));
  const matches = await inventory.find(origin.supplierId, identifiers);
  const found = matches.map((match) => ('sku' in match ? match.sku : match.refusal));
  // An update without values changes nothing, so it serves as a look-up.
  const updates = await updateFor(
    inventory,
    origin,
    wanted.map(([kind, value]) => setBy(kind, value, {})),
  );
  expect(updates.map((result) => ('sku' in result ? result.sku : result.refusal))).toEqual(found);
  for (const one of found.flatMap(skusOf)) expect(one.supplierId).toBe(origin.supplierId);
  return found.map((one) => ('problem' in one && !('candidates' in one) ? one.problem : idsOf(one)));
}

function skusOf(found: Sku | Refusal): readonly Sku[] {
  if ('skuId' in found) return [found];
  return 'candidates' in found ? found.candidates : [];
}

function idsOf(found: Sku | Refusal): Found {
  return 'skuId' in found ? found.skuId : skusOf(found).map(({ skuId }) => skuId);
}
