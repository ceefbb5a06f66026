/** `stockgate supplier`: a supplier is created before anything names it, renamed and deleted while a gateway serves it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { importCommand } from '../../src/cli/feed/import.ts';
import { supplierCommand } from '../../src/cli/supplier.ts';
import { tokenCommand } from '../../src/cli/token.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { copyStore } from '../../src/db/upkeep/copy.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { startBusyClient } from '../support/busy-client.ts';
import { follow } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { send, stock } from '../support/mutations.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const going = new AbortController().signal;
const stopped = AbortSignal.abort();

describeOnEachStore('a supplier', (kind) => {
  const folder = makeFolder();
  let gateway: Gateway;
  let isAltered = false;
  beforeAll(async () => void (gateway = await openGateway(kind)));
  afterEach(async () => {
    if (!isAltered) return;
    await gateway.close();
    gateway = await openGateway(kind);
    isAltered = false;
  });
  afterAll(async () => {
    await gateway.close();
    folder.remove();
  });
  /** The next test gets another store. */
  const alter = () => (isAltered = true);

  const supplier = (...args: string[]) => runHere(supplierCommand, [...args, '--database', gateway.url]);
  const token = (...args: string[]) => runHere(tokenCommand, [...args, '--database', gateway.url]);
  const importSkus = (name: string) => {
    const path = join(folder.path, 'catalog.csv');
    writeFileSync(path, 'sku_id\nNEW\n');
    return runHere(importCommand, ['skus', path, '--supplier', name, '--database', gateway.url]);
  };
  const suppliers = () =>
    gateway.store.db.selectFrom('supplier').select(['supplier_id', 'name']).orderBy('name').execute();
  const findings = async () => (await checkDatabase(gateway.url)).findings;

  test('is created, and listed with what it has', async () => {
    alter();
    expect(await supplier('create', 'new.one')).toMatchObject({
      code: 0,
      err: 'Created supplier new.one.\n',
    });
    await expect(supplier('create', 'new.one')).rejects.toThrow('A supplier is named new.one already.');
    const { out } = await supplier('list');
    expect(out.split('\n').map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['acme', '9 SKUs', '6 tokens'],
      ['new.one', '0 SKUs', '0 tokens'],
      ['rival', '3 SKUs', '1 token'],
      [''],
    ]);
    expect(await importSkus('new.one')).toMatchObject({ code: 0 });
    expect(await token('create', '--supplier', 'new.one')).toMatchObject({ code: 0 });
  });

  test.each([
    [
      'acmee',
      'No supplier is named acmee. Do you mean acme? To create a new one: npm run stockgate -- supplier create acmee',
    ],
    [
      'Acme',
      'No supplier is named Acme. Do you mean acme? To create a new one: npm run stockgate -- supplier create Acme',
    ],
    ['unlike', 'No supplier is named unlike. Create it: npm run stockgate -- supplier create unlike'],
  ])('of the unknown name %s is refused, and none is made', async (name, message) => {
    const before = await suppliers();
    await expect(importSkus(name)).rejects.toThrow(message);
    await expect(token('create', '--supplier', name)).rejects.toThrow(message);
    await expect(supplier('rename', name, 'other')).rejects.toThrow(message);
    await expect(supplier('delete', name, '--confirm', name)).rejects.toThrow(message);
    expect(await suppliers()).toEqual(before);
  });

  test.each(['', 'create', 'create é', 'create a b', 'rename acme', 'delete', 'erase acme'])(
    'is not changed by the command line "supplier %s"',
    async (line) => {
      await expect(supplier(...line.split(' '))).rejects.toThrow(/^(Give|A supplier is named by|"b" is not)/);
    },
  );

  test('keeps its name where the new one is taken', async () => {
    await expect(supplier('rename', 'acme', 'rival')).rejects.toThrow(
      'A supplier is named rival already. acme keeps its name.',
    );
    await expect(supplier('rename', 'acme', 'acme')).rejects.toThrow('A supplier is named acme already.');
    expect((await suppliers()).map(({ name }) => name)).toEqual(['acme', 'rival']);
  });

  test('is renamed while a gateway serves it: every request is applied, streams and retries go on', async () => {
    alter();
    const origin = await gateway.listen();
    const keyed = { identifier: { skuId: 'shared' }, quantityInStock: 5, idempotencyKey: 'before' };
    await send(gateway, 'update', keyed);
    const stream = await follow(origin, { filter: { skuIds: ['BOOK-NEW'] } });
    const client = startBusyClient(gateway, 'EACH');
    await client.answered(20);
    expect(await supplier('rename', 'acme', 'acme-books')).toMatchObject({ code: 0 });
    await client.answered(20);
    expect(new Set(await client.stop())).toEqual(new Set(['APPLIED']));

    await send(gateway, 'update', { identifier: { skuId: 'BOOK-NEW' }, quantityInStock: 99 });
    expect(await stream.take(1)).toMatchObject([{ change: { after: { quantityInStock: 99 } } }]);
    stream.drop();
    expect(await send(gateway, 'update', keyed)).toMatchObject({ replayed: true });
    expect((await suppliers()).map(({ name }) => name)).toEqual(['acme-books', 'rival']);
    expect(await findings()).toEqual([]);
    await expect(importSkus('acme')).rejects.toThrow('No supplier is named acme.');
    expect(await importSkus('acme-books')).toMatchObject({ code: 0 });
  });

  test('of a name that another one had is another one', async () => {
    alter();
    await supplier('rename', 'acme', 'acme-books');
    await supplier('create', 'acme');
    const { out } = await token('create', '--supplier', 'acme');
    const { body } = await gateway.graphql('{ skus(first: 5) { totalCount } }', {}, out.trim());
    expect(body.data.skus.totalCount).toBe(0);
    await supplier('delete', 'acme', '--confirm', 'acme');
    expect((await gateway.graphql('{ skus(first: 5) { totalCount } }')).body.data.skus.totalCount).toBe(9);
    expect((await token('list')).out).toMatch(/\tacme-books\tdashboard\t/);
  });

  test('is deleted only by its name given twice', async () => {
    await expect(supplier('delete', 'acme')).rejects.toThrow('Confirm: --confirm acme');
    await expect(supplier('delete', 'acme', '--confirm', 'rival')).rejects.toThrow('Confirm: --confirm acme');
    expect(await suppliers()).toHaveLength(2);
  });

  test('is deleted while a gateway serves it: requests are refused, and nothing of it stays', async () => {
    alter();
    await send(gateway, 'bulk', {
      idempotencyKey: 'kept',
      updates: [{ identifier: { skuId: 'EACH' }, quantityInStock: 7 }],
    });
    // More than one transaction removes.
    await stock(
      gateway,
      ...Array.from({ length: 1_200 }, (_, i) => ({ skuId: `S-${i}`, isbn: '0306406152' })),
    );
    const client = startBusyClient(gateway, 'EACH');
    await client.answered(20);
    expect(await supplier('delete', 'acme', '--confirm', 'acme')).toMatchObject({
      code: 0,
      err: 'Deleted supplier acme.\n',
    });
    await eventually(async () => expect((await gateway.graphql('{ __typename }')).status).toBe(401));
    const outcomes = await client.stop();
    expect(outcomes[0]).toBe('APPLIED');
    expect(outcomes.filter((outcome) => !['APPLIED', 'SKU_NOT_FOUND', '401'].includes(outcome))).toEqual([]);

    for (const table of [
      'supplier',
      'token',
      'sku',
      'sku_code',
      'inventory_change',
      'idempotency_key',
    ] as const) {
      const left = await gateway.store.db.selectFrom(table).select('supplier_id').distinct().execute();
      expect([table, left.filter(({ supplier_id }) => supplier_id !== 'rival')]).toEqual([table, []]);
    }
    expect(await gateway.graphql('{ skus(first: 5) { totalCount } }', {}, tokens.rival)).toMatchObject({
      status: 200,
      body: { data: { skus: { totalCount: 3 } } },
    });
    expect(await findings()).toEqual([]);
  });

  test('whose deletion was stopped can do nothing, and is deleted by the same command', async () => {
    alter();
    await send(gateway, 'update', { identifier: { skuId: 'EACH' }, quantityInStock: 7 });
    const args = ['delete', 'acme', '--confirm', 'acme', '--database', gateway.url];
    expect(await runHere(supplierCommand, args, stopped)).toMatchObject({
      code: 1,
      err: 'Stopped. Run the command again to delete the rest.\n',
    });
    const finish =
      'Supplier acme is being deleted. Finish that: npm run stockgate -- supplier delete acme --confirm acme';
    await expect(importSkus('acme')).rejects.toThrow(finish);
    await expect(token('create', '--supplier', 'acme')).rejects.toThrow(finish);
    await expect(supplier('create', 'acme')).rejects.toThrow('A supplier is named acme already.');
    expect((await supplier('list')).out).toMatch(/^acme\t.*\tbeing deleted\n/);
    // As a deletion leaves it that was stopped between two of its transactions.
    await gateway.store.db.deleteFrom('inventory_change').where('supplier_id', '=', 'acme').execute();
    expect(await findings()).toEqual([]);
    const database = await createTestDatabase(kind);
    const target = await openStore(database.url);
    expect(await copyStore(gateway.store, target, going)).toMatchObject({ rows: { supplier: 2 } });
    await target.close();
    await database.remove();

    expect(await runHere(supplierCommand, args)).toMatchObject({ code: 0 });
    expect((await suppliers()).map(({ name }) => name)).toEqual(['rival']);
    expect(await supplier('create', 'acme')).toMatchObject({ code: 0 });
  });
});
