/** A store on PostgreSQL whose log has partitions of 100 positions, and what a test does with them. */
import { sql } from 'kysely';
import { createCatalog } from '../../../src/db/catalog.ts';
import { createInventory, type OpenInventory } from '../../../src/db/inventory.ts';
import { keepAhead } from '../../../src/db/partition/make-ahead.ts';
import { listPartitions, LOG } from '../../../src/db/partition/partitions.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { saveSupplier } from '../../../src/db/suppliers.ts';
import type { UpdateRequest } from '../../../src/domain/update.ts';
import { range } from '../range.ts';
import { requestOf, setSku } from '../requests.ts';
import { openTestStore } from './stores.ts';

const WIDTH = 100;

export interface SmallPartitions {
  readonly url: string;
  readonly store: Store;
  readonly inventory: OpenInventory;
  /** Adds a supplier with so many SKUs: S1, S2 and so on. */
  addSupplier(supplierId: string, skus: number): Promise<void>;
  /** Changes the SKUs of these numbers, in one call. */
  change(supplierId: string, numbers: readonly number[], more?: Partial<UpdateRequest>): Promise<void>;
  /** Says that the supplier's changes were taken away up to here. */
  setHorizon(supplierId: string, position: number): Promise<void>;
  positions(supplierId: string): Promise<number[]>;
  /** The partitions' bounds: `0-100`. */
  partitions(): Promise<string[]>;
  remove(): Promise<void>;
}

/** `count` partitions are small. The next ones are as large as always. */
export async function openSmallPartitions(count: number): Promise<SmallPartitions> {
  const { url, store, remove } = await openTestStore('postgres');
  const { db } = store;
  await makeSmall(store, count);
  const inventory = createInventory(store, () => new Date());
  let quantity = 0;
  return {
    ...{ url, store, inventory },
    async addSupplier(supplierId, skus) {
      await saveSupplier(store, supplierId, new Date());
      const rows = range(skus).map((n) => ({ skuId: `S${n}` }));
      await createCatalog(store, () => new Date()).save({ supplierId, actor: 'seed' }, rows);
    },
    async change(supplierId, numbers, more) {
      const rows = numbers.map((n) => setSku(`S${n}`, { quantityInStock: ++quantity }));
      const origin = { supplierId, actor: 'dashboard', source: 'GRAPHQL' } as const;
      const { results } = await inventory.update(requestOf(origin, rows, more));
      if (results.some(({ outcome }) => outcome !== 'APPLIED')) throw new Error('A change was not applied.');
    },
    async setHorizon(supplierId, position) {
      await sql`update supplier set pruned_position = ${position} where supplier_id = ${supplierId}`.execute(
        db,
      );
    },
    async positions(supplierId) {
      const rows = await db
        .selectFrom('inventory_change')
        .select('position')
        .where('supplier_id', '=', supplierId)
        .orderBy('position')
        .execute();
      return rows.map(({ position }) => position);
    },
    partitions: async () => (await listPartitions(db, LOG)).map(({ from, to }) => `${from}-${to}`),
    remove: async () => {
      await inventory.close();
      await remove();
    },
  };
}

async function makeSmall({ db }: Store, count: number): Promise<void> {
  for (const { name } of await listPartitions(db, LOG)) await sql`drop table ${sql.table(name)}`.execute(db);
  for (const n of range(count)) {
    const from = (n - 1) * WIDTH;
    await sql`create table ${sql.table(`inventory_change_p${from}`)} partition of inventory_change
      for values from (${n === 1 ? sql`minvalue` : sql.lit(from)}) to (${sql.lit(from + WIDTH)})`.execute(db);
  }
  await keepAhead(db);
}
