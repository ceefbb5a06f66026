/** What a store promises beneath the program: tables that refuse nonsense, whole transactions, one schema. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { inTransaction } from '../../src/db/store/transaction.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const NOW = '2026-11-01T09:30:00.000Z';

const newSupplier = (supplier_id: string) => ({
  supplier_id,
  last_position: 0,
  created_at: NOW,
  idempotency_bytes: 0,
  pruned_position: 0,
  name: supplier_id,
  deleted_at: null,
});

async function seed({ db }: Store): Promise<void> {
  await db.insertInto('supplier').values(newSupplier('acme')).execute();
  await sql`insert into sku (supplier_id, sku_id, updated_at) values ('acme', 'A', ${NOW})`.execute(db);
}

describeOnEachStore('a store', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let store: Store;

  beforeAll(async () => {
    database = await openTestStore(kind);
    store = database.store;
    await seed(store);
    await sql`insert into inventory_change values ('acme', 1, 'A', 1, 0, 1, 0, 0, null, null, 'REST', 'x', ${NOW}, null, null, null, null, null, null, null)`.execute(
      store.db,
    );
  });
  afterAll(() => database.remove());

  describe('refuses', () => {
    test.each([
      ['a negative quantity in stock', `update sku set quantity_in_stock = -1`],
      ['a negative quantity on backorder', `update sku set quantity_on_backorder = -1`],
      ['a quantity in stock beyond 32 bits', `update sku set quantity_in_stock = 2147483648`],
      ['a quantity on backorder beyond 32 bits', `update sku set quantity_on_backorder = 2147483648`],
      ['text as a quantity', `update sku set quantity_in_stock = 'many'`],
      ['text as a version', `update sku set version = 'first'`],
      ['text as a position', `update supplier set last_position = 'last'`],
      ['no quantity at all', `update sku set quantity_in_stock = null`],
      ['an unknown restriction', `update sku set restrictions = 'banned'`],
      ['a restriction in capitals', `update sku set restrictions = 'DISCONTD'`],
      ['an empty restriction', `update sku set restrictions = ''`],
      ['a word as a backorder date', `update sku set backorder_date = 'soon'`],
      ['a backorder date with a time', `update sku set backorder_date = '2026-11-30T00:00:00Z'`],
      ['a backorder date before 2000', `update sku set backorder_date = '1999-12-31'`],
      ['a 13th month', `update sku set backorder_date = '2026-13-01'`],
      ['an empty backorder date', `update sku set backorder_date = ''`],
      ['a word as the date of a change', `update inventory_change set backorder_date = 'soon'`],
      ['an unknown condition', `update sku set condition = 'mint'`],
      ['a SKU twice', `insert into sku (supplier_id, sku_id, updated_at) values ('acme', 'A', 'now')`],
      [
        'a SKU of an unknown supplier',
        `insert into sku (supplier_id, sku_id, updated_at) values ('x', 'A', '')`,
      ],
      ['a supplier twice', `insert into supplier (supplier_id, created_at) values ('acme', '')`],
      ['a code of an unknown SKU', `insert into sku_code values ('acme', '1', 'upca', 'nope', 1, 0)`],
      ['a code of an unknown kind', `insert into sku_code values ('acme', '1', 'asin', 'A', 1, 0)`],
      [
        'a token of an unknown role',
        `insert into token values ('h', 'acme', 'n', 'admin', '', '', null, null, null, null, null)`,
      ],
      [
        'a token of an unknown supplier',
        `insert into token values ('h', 'x', 'n', 'retailer', '', '', null, null, null, null, null)`,
      ],
      // PostgreSQL's partitions have no reference to the SKU (migration-0014.ts).
      ...(kind === 'sqlite' ? [['to forget a SKU that has a history', `delete from sku`]] : []),
      ['to forget a supplier that has SKUs', `delete from supplier`],
      ...[
        ['a change at a position that is taken', `'acme', 1, 'A', 2, 0, 1, 0, 0, null, null`],
        ...(kind === 'sqlite'
          ? [['a change of an unknown SKU', `'acme', 2, 'B', 1, 0, 1, 0, 0, null, null`]]
          : []),
        ['a change to a negative quantity', `'acme', 2, 'A', 2, 0, -1, 0, 0, null, null`],
        ['a change to an unknown restriction', `'acme', 2, 'A', 2, 0, 1, 0, 0, null, 'banned'`],
      ].map(([what, values]) => [
        what,
        `insert into inventory_change values (${values}, 'REST', 'x', '', null, null, null, null, null, null, null)`,
      ]),
    ])('%s', async (_what = '', statement = '') => {
      const refusal = /constraint|cannot store TEXT|invalid input syntax|out of range/;
      await expect(sql.raw(statement).execute(store.db)).rejects.toThrow(refusal);
    });
  });

  test('holds the largest quantities and every known word', async () => {
    for (const [restriction, condition] of [
      ['discontd', 'new'],
      ['tmpunavail', 'used'],
      [null, 'refurb'],
      [null, null],
    ]) {
      const row = { quantity_in_stock: 2_147_483_647, quantity_on_backorder: 2_147_483_647 };
      await sql`update sku set quantity_in_stock = ${row.quantity_in_stock}, quantity_on_backorder =
        ${row.quantity_on_backorder}, restrictions = ${restriction}, condition = ${condition}`.execute(
        store.db,
      );
      expect(await store.db.selectFrom('sku').selectAll().execute()).toMatchObject([
        { ...row, restrictions: restriction, condition },
      ]);
    }
  });

  test.runIf(kind === 'postgres')(
    'sorts text by its bytes, whatever the language of the database',
    async () => {
      const { rows } = await sql`select table_name, column_name from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely%' and data_type = 'text'
      and collation_name is distinct from 'C'`.execute(store.db);
      expect(rows).toEqual([]);
    },
  );

  test('gives positions as numbers, also beyond 32 bits', async () => {
    const position = 2 ** 52 + 1;
    await store.db.updateTable('supplier').set({ last_position: position }).execute();
    const supplier = await store.db.selectFrom('supplier').select('last_position').executeTakeFirst();
    expect(supplier).toEqual({ last_position: position });
  });

  test('undoes a transaction that fails, whole', async () => {
    const work = inTransaction(store, async (trx) => {
      await trx.updateTable('sku').set({ item_id: 'half done' }).execute();
      throw new Error('no more');
    });
    await expect(work).rejects.toThrow('no more');
    expect(await store.db.selectFrom('sku').select('item_id').execute()).toEqual([{ item_id: null }]);
  });

  test.runIf(kind === 'postgres')('runs a transaction again that ended a deadlock', async () => {
    const suppliers = ['left', 'right'].map(newSupplier);
    await store.db.insertInto('supplier').values(suppliers).execute();
    const [left, right] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let tries = 0;
    const lockBoth = (ids: readonly string[], mine: typeof left, theirs: typeof left) =>
      inTransaction(store, async (trx) => {
        tries++;
        await sql`set local deadlock_timeout = '20ms'`.execute(trx);
        for (const id of ids) {
          const increment = sql<number>`last_position + 1`;
          await trx
            .updateTable('supplier')
            .set({ last_position: increment })
            .where('supplier_id', '=', id)
            .execute();
          mine.resolve();
          await theirs.promise;
        }
      });
    await Promise.all([lockBoth(['left', 'right'], left, right), lockBoth(['right', 'left'], right, left)]);
    // Both may be chosen to end it; whoever is runs again.
    expect(tries).toBeGreaterThanOrEqual(3);
    const rows = store.db
      .selectFrom('supplier')
      .select('last_position')
      .where('supplier_id', 'in', ['left', 'right']);
    expect(await rows.execute()).toEqual([{ last_position: 2 }, { last_position: 2 }]);
  });

  test.each([
    ['40001', 5],
    ['23514', 1],
  ])('gives up on a transaction that fails with %s after %i tries', async (code, expected) => {
    let tries = 0;
    const failing = inTransaction(store, () => {
      tries++;
      return Promise.reject(Object.assign(new Error('It fails.'), { code }));
    });
    await expect(failing).rejects.toThrow('It fails.');
    expect(tries).toBe(expected);
  });

  test('keeps what it holds when it is opened again, its migrations done once', async () => {
    const read = ({ db }: Store) =>
      Promise.all([
        db.selectFrom('sku').selectAll().execute(),
        sql`select name from kysely_migration`.execute(db).then(({ rows }) => rows),
      ]);
    const before = await read(store);
    for (const _ of [1, 2]) {
      const again = await openStore(database.url);
      expect(await read(again)).toEqual(before);
      await again.close();
    }
    expect(before[1]).toEqual([
      { name: '0001_inventory' },
      { name: '0002_retries_and_history' },
      { name: '0003_linked_changes' },
      { name: '0004_compact_keys' },
      { name: '0005_supplier_names' },
      { name: '0006_backorder_dates' },
      { name: '0007_as_of_times' },
      { name: '0008_feeds' },
      { name: '0009_board_sessions' },
      { name: '0010_token_rotation' },
      { name: '0011_webhooks' },
      { name: '0012_cursor_ahead' },
      { name: '0013_horizons' },
      { name: '0014_partitions' },
      { name: '0015_key_partitions' },
    ]);
  });
});
