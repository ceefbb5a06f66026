/** `stockgate copy`: everything arrives in the other store, is compared, and goes on from there; or nothing does. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { copyCommand } from '../../src/cli/upkeep/copy.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { importCatalog } from '../../src/feed/catalog/import-catalog.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { copyStore } from '../../src/db/upkeep/copy.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { tables, type Tables } from '../../src/db/store/tables.ts';
import { createAuthenticate } from '../../src/db/authenticate.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import { requestOf, setSku, updateFor } from '../support/requests.ts';
import { runHere } from '../support/run-here.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { createTestDatabase, openTestStore } from '../support/stores/stores.ts';

const clock = () => new Date();
const demoCatalog = new URL('../../src/demo/demo-skus.csv', import.meta.url);
const going = new AbortController().signal;
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
const keyed = requestOf(origin, [setSku('EACH', { quantityInStock: 41 })], { idempotencyKey: 'count-1' });
const names = Object.keys(tables) as (keyof Tables)[];

/** More rows than a page has, in one table and another. */
const MANY = 2_345;
const many = (
  column: string,
) => `with recursive row (n) as (select 1 union all select n + 1 from row where n < ${MANY})
  select 'rival', ${column} from row`;

/** Two suppliers, tokens of all kinds, the demo's catalog, changes, groups, keys: some with large answers. */
async function openSource(kind: StoreKind): Promise<Gateway> {
  const gateway = await openGateway(kind);
  const { inventory, store } = gateway;
  await saveSupplier(store, 'acme', clock());
  await importCatalog(createCatalog(store, clock), 'acme', createReadStream(demoCatalog));
  const skuIds = (
    await store.db.selectFrom('sku').select('sku_id').where('supplier_id', '=', 'acme').execute()
  ).map((row) => row.sku_id);
  for (const n of [1, 2, 3])
    await updateFor(
      inventory,
      origin,
      skuIds.map((skuId) =>
        setSku(skuId, { quantityInStock: n, restrictions: n === 2 ? 'tmpunavail' : null }),
      ),
    );
  await inventory.update(keyed);
  await inventory.update({
    ...keyed,
    groupId: 'group',
    reason: 'Zählung 店 😀',
    idempotencyKey: '"count" 2',
  });
  await updateFor(inventory, { ...origin, supplierId: 'rival' }, [setSku('shared', { quantityInStock: 1 })]);
  await sql
    .raw(`insert into sku (supplier_id, sku_id, title, updated_at) ${many(`'S-' || n, 'Ä 😀 ' || n, ''`)}`)
    .execute(store.db);
  const answer = `'"${'x'.repeat(100)}"'`;
  await sql
    .raw(
      `insert into idempotency_key ${many(`'op', cast(n as text), '', ${kind === 'sqlite' ? `cast(${answer} as blob)` : `convert_to(${answer}, 'UTF8')`}, n`)}`,
    )
    .execute(store.db);
  // Three of these are more than a page takes, and one is by itself.
  for (const [key, mebibytes] of [
    ['1-large', 2],
    ['2-large', 2],
    ['3-large', 2],
    ['4-huge', 5],
  ] as const)
    await store.db
      .insertInto('idempotency_key')
      .values({
        supplier_id: 'rival',
        operation: 'op',
        key,
        fingerprint: '',
        answer: Buffer.alloc(mebibytes * 2 ** 20, 'y'),
        made_at_ms: 7,
      })
      .execute();
  await countKeyBytes(store);
  await store.db
    .insertInto('board_session')
    .values({ session_hash: 'a', token_hash: 'b', supplier_id: 'acme', created_at: 'c', used_at: 'd' })
    .execute();
  const endpoint = { supplierId: 'acme', endpointId: 'e' };
  const asked = { url: 'https://shop.example/', filter: { skuIds: ['EACH'] }, secret: 'sealed' };
  await inventory.writeWebhook({ create: { ...endpoint, ...asked }, now: 'now' });
  await store.db
    .insertInto('webhook_attempt')
    .values({
      ...{ supplier_id: 'acme', endpoint_id: 'e', number: 7, at: 'now', message_id: 'm' },
      ...{ outcome: 'REFUSED', status: 500, answer: 'Zählung 店 😀', ms: 1 },
    })
    .execute();
  return gateway;
}

/** Every row of every table, in an order of this test's own. */
async function contents(store: Store) {
  const all: Record<string, string[]> = {};
  for (const name of names) {
    const rows = await store.db.selectFrom(name).selectAll().execute();
    all[name] = rows
      .map((row) => Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      .map((row) => JSON.stringify(row.map(([column, value]) => [column, textOf(value)])))
      .toSorted();
  }
  return all;
}

/** Bytes as a hash: JSON would write each byte of an answer as a number. */
function textOf(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `${value.length} bytes, ${hash('sha256', value)}` : value;
}

const directions: readonly (readonly [from: StoreKind, to: StoreKind])[] = [
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
];

describe.skipIf(inject('postgresUrl') === null).each(directions)('a copy from %s to %s', (from, to) => {
  let source: Gateway;
  let database: TestDatabase;
  let target: Store;
  beforeAll(async () => {
    source = await openSource(from);
    database = await createTestDatabase(to);
  });
  afterAll(async () => {
    await target.close();
    await database.remove();
    await source.close();
  });

  test('says what was copied, and has every row of every table', async () => {
    const { code, out, err } = await runHere(copyCommand, ['--from', source.url, '--to', database.url]);
    expect([code, err]).toEqual([
      0,
      'Copying. What is written to the source from here on is not copied: its gateways should be stopped.\n',
    ]);
    const all = await contents(source.store);
    const [suppliers, given, skus, codes, changes, keys] = names.map((name) =>
      all[name]?.length.toLocaleString('en-US'),
    );
    expect(out).toBe(
      `Copied and compared ${suppliers} suppliers, ${given} tokens, ${skus} SKUs, ${codes} codes, ${changes} changes, ${keys} idempotency keys.\n`,
    );
    // More than a page, for what is read by rows and what is read by bytes.
    expect([skus, keys]).toEqual(['2,379', '2,351']);
    target = await openStore(database.url);
    expect(await contents(target)).toEqual(all);
  });

  test('lets the same tokens in', async () => {
    const there = createAuthenticate(target, clock);
    const here = createAuthenticate(source.store, clock);
    for (const token of Object.values(tokens)) expect(await there(token)).toEqual(await here(token));
    expect(await there(tokens.full)).toMatchObject({ supplierId: 'acme' });
  });

  test('goes on: a request that was answered is known, and a new change has the next version and position', async () => {
    const inventory = createInventory(target, clock);
    expect(await inventory.update(keyed)).toMatchObject({ replayed: true });
    await updateFor(inventory, origin, [setSku('EACH', { quantityInStock: 77 })]);
    await inventory.close();
    const moved = { findings: [], changes: (await checkDatabase(source.url)).changes + 1 };
    expect(await checkDatabase(database.url)).toMatchObject(moved);
  });

  test('is refused by a store that has suppliers, which keeps what it has', async () => {
    const before = await checkDatabase(database.url);
    const again = runHere(copyCommand, ['--from', source.url, '--to', database.url]);
    await expect(again).rejects.toThrow('The target has suppliers already (acme): give an empty database.');
    expect(await checkDatabase(database.url)).toEqual(before);
  });
});

describe.skipIf(inject('postgresUrl') === null)('a copy', () => {
  let source: Gateway;
  let target: Awaited<ReturnType<typeof openTestStore>>;
  beforeAll(async () => {
    source = await openGateway('sqlite');
    target = await openTestStore('postgres');
  });
  afterAll(async () => {
    await target.remove();
    await source.close();
  });
  /** But for the clock, which every store has. */
  const isEmpty = async () => {
    const { service_clock: _, ...all } = await contents(target.store);
    return Object.values(all).every((rows) => rows.length === 0);
  };
  const targetDoes = (statement: string) => sql.raw(statement).execute(target.store.db);

  test.each([
    ['a row is changed on its way', `new.title := 'x'; return new;`],
    ['a row is lost on its way', 'return null;'],
  ])('control: is found out, and nothing stays, when %s', async (_what, body) => {
    await targetDoes(`create function spoil() returns trigger language plpgsql as $$ begin
      if new.sku_id = 'shared' and new.supplier_id = 'rival' then ${body} end if; return new; end $$`);
    await targetDoes(`create trigger spoil before insert on sku for each row execute function spoil()`);
    // Codes refer to the SKU that is lost, and are refused earlier where they are there.
    const codes = await source.store.db
      .deleteFrom('sku_code')
      .where('sku_id', '=', 'shared')
      .returningAll()
      .execute();
    await expect(copyStore(source.store, target.store, going)).rejects.toThrow(
      `The target's table sku is not as the source's: nothing was copied.`,
    );
    await source.store.db.insertInto('sku_code').values(codes).execute();
    await targetDoes('drop trigger spoil on sku');
    await targetDoes('drop function spoil');
    expect(await isEmpty()).toBe(true);
  });

  test('of a store with a problem is not made', async () => {
    await sql`update sku set version = 1 where supplier_id = 'acme'`.execute(source.store.db);
    await expect(copyStore(source.store, target.store, going)).rejects.toThrow(
      'Nothing was copied, for `stockgate check` finds in the source: A SKU has a version, and no last change (9).',
    );
    await sql`update sku set version = 0 where supplier_id = 'acme'`.execute(source.store.db);
    expect(await isEmpty()).toBe(true);
  });

  test('that is stopped leaves nothing', async () => {
    await expect(copyStore(source.store, target.store, AbortSignal.abort())).rejects.toThrow(
      'Stopped: nothing was copied.',
    );
    expect(await isEmpty()).toBe(true);
  });

  test.each([
    [['--to', 'sqlite:x.db'], '--from'],
    [['--from', 'sqlite:x.db'], '--to'],
  ])('needs both addresses: %j', async (args, flag) => {
    await expect(runHere(copyCommand, args)).rejects.toThrow(
      `${flag} (STOCKGATE_${flag.slice(2).toUpperCase()}): Give sqlite:PATH`,
    );
  });

  test('is of the moment at which it began; changes that came later are counted', async () => {
    // Changes nothing, and is answered once the writer's thread has started: what follows is quicker than the copy.
    await updateFor(source.inventory, origin, [setSku('EACH', { quantityInStock: 0 })]);
    const other = await openStore(source.url, { readOnly: true });
    const copying = copyStore(other, target.store, going);
    // By now it has begun: what comes first in SQLite takes no time.
    await new Promise((resolve) => setImmediate(resolve));
    await updateFor(source.inventory, origin, [
      setSku('EACH', { quantityInStock: 5 }),
      setSku('EACH', { quantityInStock: 6 }),
    ]);
    expect(await copying).toMatchObject({ missed: 2, rows: { inventory_change: 0, sku: 12 } });
    await other.close();
    expect(await target.store.db.selectFrom('inventory_change').selectAll().execute()).toEqual([]);
  });
});
