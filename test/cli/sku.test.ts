/** `stockgate sku delete`: nobody finds the SKU any more, its history stays, and an import brings both together again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importCommand } from '../../src/cli/feed/import.ts';
import { skuCommand } from '../../src/cli/sku.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { copyStore } from '../../src/db/upkeep/copy.ts';
import { startBusyClient } from '../support/busy-client.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { send, stock } from '../support/mutations.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const LIST = '{ skus(first: 100) { totalCount nodes { skuId } } }';
const BY_ID =
  'query ($skuId: String!) { sku(by: { skuId: $skuId }) { skuId version title quantityInStock } }';
const BY_CODE = 'query ($ean13: String!) { sku(by: { ean13: $ean13 }) { skuId } }';
const FEED = `query ($skuId: String!) {
  inventoryChanges(first: 100, filter: { skuIds: [$skuId] }) { nodes { id version sku { skuId } after { quantityInStock } } }
}`;
const REVERT = `mutation ($id: ID!) {
  revertInventoryChanges(input: { changeIds: [$id] }) { results { outcome userErrors { code } } }
}`;

describeOnEachStore('a deleted SKU', (kind) => {
  const folder = makeFolder();
  let gateway: Gateway;
  beforeAll(async () => void (gateway = await openGateway(kind)));
  afterAll(async () => {
    await gateway.close();
    folder.remove();
  });

  const remove = (skuId: string, supplier = 'acme') =>
    runHere(skuCommand, ['delete', skuId, '--supplier', supplier, '--database', gateway.url]);
  const ask = async (query: string, variables: object) => (await gateway.graphql(query, variables)).body.data;
  const set = (skuId: string, quantityInStock: number) =>
    send(gateway, 'update', { identifier: { skuId }, quantityInStock });
  const take = (...lines: string[]) => {
    const path = join(folder.path, 'catalog.csv');
    writeFileSync(path, lines.join('\n'));
    return runHere(importCommand, ['skus', path, '--supplier', 'acme', '--database', gateway.url]);
  };
  const findings = async () => (await checkDatabase(gateway.url)).findings;

  test('is in no list, under no identifier, and in the legacy API unknown; another supplier keeps its own', async () => {
    await stock(gateway, { skuId: 'OUT', title: 'Out', ean13: '9783161484100', quantityInStock: 4 });
    expect(await remove('OUT')).toEqual({
      code: 0,
      out: '',
      err: 'Deleted SKU OUT of acme. Its history stays.\n',
    });
    const { skus } = await ask(LIST, {});
    expect(skus.nodes.map(({ skuId }: { skuId: string }) => skuId)).not.toContain('OUT');
    expect(skus.totalCount).toBe(skus.nodes.length);
    expect(await ask(BY_ID, { skuId: 'OUT' })).toEqual({ sku: null });
    expect(await ask(BY_CODE, { ean13: '9783161484100' })).toEqual({ sku: null });
    expect(await set('OUT', 1)).toMatchObject({
      outcome: 'REJECTED',
      userErrors: [{ code: 'SKU_NOT_FOUND' }],
    });
    expect((await gateway.legacy({ sku_id: 'OUT', quantity_in_stock: 1 })).statusCode).toBe(404);
    await remove('shared');
    const shared = await gateway.graphql(BY_ID, { skuId: 'shared' }, tokens.rival);
    expect(shared.body.data.sku).toMatchObject({ skuId: 'shared' });
    expect(await findings()).toEqual([]);
  });

  test.each([
    ['OUT-OF-NOWHERE', 'acme'],
    ['each', 'acme'],
    ['EACH', 'rival'],
  ])('%s of %s: there is none to delete', async (skuId, supplier) => {
    expect(await remove(skuId, supplier)).toMatchObject({
      code: 1,
      err: `Supplier ${supplier} has no SKU "${skuId}". A sku_id is spelled exactly, case included.\n`,
    });
  });

  test('keeps its history, without the SKU and without a way back', async () => {
    await set('BOOK-NEW', 30);
    await remove('BOOK-NEW');
    const { inventoryChanges } = await ask(FEED, { skuId: 'BOOK-NEW' });
    expect(inventoryChanges.nodes).toEqual([
      { id: expect.any(String), version: 1, sku: null, after: { quantityInStock: 30 } },
    ]);
    const { revertInventoryChanges } = await ask(REVERT, { id: inventoryChanges.nodes[0].id });
    expect(revertInventoryChanges.results).toEqual([
      { outcome: 'REJECTED', userErrors: [{ code: 'SKU_NOT_FOUND' }] },
    ]);
    expect(await remove('BOOK-NEW')).toMatchObject({ code: 1 });
  });

  test('comes back by an import, as new, under its new codes, and its versions go on', async () => {
    await stock(gateway, { skuId: 'BACK', title: 'Old', ean13: '4006381333931', quantityInStock: 3 });
    await set('BACK', 8);
    await remove('BACK');
    const { err } = await take('sku_id,ean13,quantity_in_stock', 'BACK,5901234123457,2', 'BACK,,6', 'EACH,,');
    expect(err).toMatch(/^3 SKUs: 1 created, 1 updated, 1 unchanged, 0 rows refused\n/);
    const back = { skuId: 'BACK', version: 3, title: null, quantityInStock: 6 };
    expect(await ask(BY_ID, { skuId: 'BACK' })).toEqual({ sku: back });
    expect(await ask(BY_CODE, { ean13: '5901234123457' })).toEqual({ sku: { skuId: 'BACK' } });
    const { inventoryChanges } = await ask(FEED, { skuId: 'BACK' });
    const states = inventoryChanges.nodes.map(
      (change: { version: number; after: { quantityInStock: number } }) => [
        change.version,
        change.after.quantityInStock,
      ],
    );
    expect(states).toEqual([
      [1, 8],
      [2, 2],
      [3, 6],
    ]);
    expect(await set('BACK', 9)).toMatchObject({ outcome: 'APPLIED', sku: { version: 4 } });
    expect(await findings()).toEqual([]);
  });

  test('was updated until then and not found after: no update fails', async () => {
    const client = startBusyClient(gateway, 'EACH');
    await client.answered(20);
    expect(await remove('EACH')).toMatchObject({ code: 0 });
    await client.answered(20);
    const outcomes = await client.stop();
    expect([outcomes[0], outcomes.at(-1)]).toEqual(['APPLIED', 'SKU_NOT_FOUND']);
    expect(outcomes.filter((outcome) => !['APPLIED', 'SKU_NOT_FOUND'].includes(outcome))).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  test('is deleted in a copy too', async () => {
    const database = await createTestDatabase(kind);
    const target = await openStore(database.url);
    await copyStore(gateway.store, target, new AbortController().signal);
    const deleted = (store: typeof target) =>
      store.db
        .selectFrom('sku')
        .select('sku_id')
        .where('deleted_at', 'is not', null)
        .orderBy('sku_id')
        .execute();
    expect(await deleted(target)).toEqual(await deleted(gateway.store));
    expect(await deleted(target)).not.toEqual([]);
    await target.close();
    await database.remove();
  });
});
