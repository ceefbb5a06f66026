/** `import undo`: an import's changes are one group, and all of it can be put back, however large it is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importCommand } from '../../src/cli/feed/import.ts';
import { skuCommand } from '../../src/cli/sku.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { send } from '../support/mutations.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const GROUP = `query ($groupId: String!) {
  inventoryChanges(first: 100, filter: { groupId: $groupId }) { nodes { skuId source actor } }
}`;
const REVERT = `mutation ($groupId: String!) { revertInventoryChanges(input: { groupId: $groupId }) { appliedCount } }`;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describeOnEachStore('an import', (kind) => {
  const folder = makeFolder();
  let gateway: Gateway;
  beforeAll(async () => void (gateway = await openGateway(kind)));
  afterAll(async () => {
    await gateway.close();
    folder.remove();
  });

  const importing = async (args: readonly string[], stop?: AbortSignal) => {
    const { code, err } = await runHere(
      importCommand,
      [...args, '--supplier', 'acme', '--database', gateway.url],
      stop,
    );
    const lines = err.trimEnd().split('\n');
    const [, undoId = ''] =
      /^Undo: npm run stockgate -- import undo (\S+) --supplier acme$/.exec(lines.at(-1) ?? '') ?? [];
    return { code, lines: undoId === '' ? lines : lines.slice(0, -1), undoId };
  };
  const take = (...lines: string[]) => {
    const path = join(folder.path, 'catalog.csv');
    writeFileSync(path, lines.join('\n'));
    return importing(['skus', path]);
  };
  const undo = (groupId: string, stop?: AbortSignal) => importing(['undo', groupId], stop);
  const states = async () => {
    const skus = gateway.store.db.selectFrom('sku').where('supplier_id', '=', 'acme').orderBy('sku_id');
    return skus.select(['sku_id', 'quantity_in_stock', 'quantity_on_backorder', 'restrictions']).execute();
  };

  test('that changes no inventory has nothing to undo', async () => {
    expect(await take('sku_id,title,quantity_in_stock', 'NEW,New,4', 'EACH,Another title,')).toMatchObject({
      lines: ['2 SKUs: 1 created, 1 updated, 0 unchanged, 0 rows refused'],
      undoId: '',
    });
  });

  test('is one group, is undone, and its undo is undone', async () => {
    const before = await states();
    const { undoId } = await take(
      'sku_id,quantity_in_stock,restrictions,title',
      'EACH,71,,',
      'GONE,72,none,Back',
      'EACH,73,,',
      'shared,10,,',
    );
    const after = await states();
    const { data } = (await gateway.graphql(GROUP, { groupId: undoId })).body;
    const of = { source: 'IMPORT', actor: 'import skus' };
    expect(data.inventoryChanges.nodes).toEqual(['EACH', 'GONE', 'EACH'].map((skuId) => ({ skuId, ...of })));
    const undone = await undo(undoId);
    expect(undone).toMatchObject({ code: 0, lines: ['2 SKUs put back, 0 unchanged, 0 refused'] });
    expect(await states()).toEqual(before);
    expect(await undo(undone.undoId)).toMatchObject({ code: 0 });
    expect(await states()).toEqual(after);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
  });

  test('leaves alone and reports what was changed or deleted since', async () => {
    const { undoId } = await take('sku_id,quantity_in_stock', 'EACH,81', 'shared,82', 'BOOK-NEW,83');
    await send(gateway, 'update', { identifier: { skuId: 'EACH' }, quantityInStock: 1 });
    const args = ['delete', 'BOOK-NEW', '--supplier', 'acme', '--database', gateway.url];
    expect(await runHere(skuCommand, args)).toMatchObject({ code: 0 });
    const { code, lines } = await undo(undoId);
    expect([code, ...lines]).toEqual([
      1,
      'SKU "EACH": It was changed since, and stays as it is.',
      'SKU "BOOK-NEW": It is deleted.',
      '1 SKU put back, 0 unchanged, 2 refused',
    ]);
    expect(await states()).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ sku_id: 'EACH', quantity_in_stock: 1 }),
        expect.objectContaining({ sku_id: 'shared', quantity_in_stock: 10 }),
      ]),
    );
  });

  test('of more rows than a call may have is undone whole, while GraphQL undoes none of it', async () => {
    const rows = (stock: number) => range(12_000).map((i) => `S-${i},${stock}`);
    await take('sku_id,quantity_in_stock', ...rows(1));
    const before = await states();
    const { undoId } = await take('sku_id,quantity_in_stock', ...rows(2), 'S-0,3');
    const { body } = await gateway.graphql(REVERT, { groupId: undoId });
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', limit: 10_000 } });
    const stopped = await undo(undoId, AbortSignal.abort());
    expect(stopped).toMatchObject({ code: 1 });
    expect(stopped.lines.at(-1)).toBe('Stopped: 12,000 SKUs left. Run it again to put them back too.');
    expect(await undo(undoId)).toMatchObject({
      code: 0,
      lines: ['12,000 SKUs put back, 0 unchanged, 0 refused'],
    });
    expect(await states()).toEqual(before);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
  });

  test('of another supplier, or under an id that is none, is not found', async () => {
    const { undoId } = await take('sku_id,quantity_in_stock', 'CASE-OF-10,5');
    const args = ['undo', undoId, '--supplier', 'rival', '--database', gateway.url];
    await expect(runHere(importCommand, args)).rejects.toThrow(/^The supplier has no group "/);
    await expect(undo('none')).rejects.toThrow(/^The supplier has no group "none"/);
  });
});
