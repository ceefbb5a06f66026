/** The texts of a bulk call take room in the log once, and every reader of its changes sees them with each. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import type { InventoryChange } from '../../src/domain/change.ts';
import { requestOf, setSku, updateFor } from '../support/requests.ts';
import { SHARED_BATCH_ROWS } from '../../src/db/queue/turns.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

/** More than a part of a best-effort call has. */
const ROWS = 2_500;
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
const texts = {
  reason: 'A delivery that came late, 店 and all. '.repeat(12),
  referenceDocumentUri: `https://erp.example/${'count/'.repeat(300)}`,
};
const skuIds = range(ROWS).map((n) => `sku-${n}`);

describeOnEachStore('the texts of a bulk call', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let inventory: OpenInventory;
  beforeAll(async () => {
    database = await openTestStore(kind);
    inventory = createInventory(database.store, () => new Date());
    await saveSupplier(database.store, 'acme', new Date());
    const catalog = createCatalog(database.store, () => new Date());
    await catalog.save(
      { supplierId: 'acme', actor: 'seed' },
      skuIds.map((skuId) => ({ skuId })),
    );
    await update(1, { ...texts, groupId: 'long' });
    await update(2, { reason: 'short', groupId: 'short' }, skuIds.slice(0, 3));
    await update(3, { ...texts, reason: `${texts.reason}!`, groupId: 'other' }, skuIds.slice(0, 3));
    await update(4, texts, skuIds.slice(0, 1));
  });
  afterAll(async () => {
    await inventory.close();
    await database.remove();
  });

  const update = (quantityInStock: number, more: object, ids: readonly string[] = skuIds) => {
    const rows = ids.map((skuId) => setSku(skuId, { quantityInStock }));
    return inventory.update(requestOf(origin, rows, more));
  };
  const textsOf = ({ reason, referenceDocumentUri }: InventoryChange) => ({ reason, referenceDocumentUri });
  const other = { ...texts, reason: `${texts.reason}!` };
  const short = { reason: 'short', referenceDocumentUri: null };

  test('take their room once for each part of the call', async () => {
    const { rows } = await sql<{ bytes: number }>`
      select sum(coalesce(octet_length(reason), 0) + coalesce(octet_length(reference_document_uri), 0)) as bytes
      from inventory_change where group_id = 'long'`.execute(database.store.db);
    expect(Number(rows[0]?.bytes)).toBeLessThan(ROWS * 10 + (ROWS / SHARED_BATCH_ROWS) * 2_500);
    expect((await checkDatabase(database.url)).findings).toEqual([]);
  });

  test('are in the feed, with and without a filter, from wherever it is read', async () => {
    const all = await inventory.changesAfter('acme', 0, {}, ROWS + 10);
    expect(all.map(textsOf)).toEqual([
      ...skuIds.map(() => texts),
      ...range(3).map(() => short),
      ...range(3).map(() => other),
      texts,
    ]);
    expect(await inventory.changesAfter('acme', 100, {}, 5)).toEqual(all.slice(100, 105));
    expect(await inventory.changesAfter('acme', 100, { groupId: 'long' }, 5)).toEqual(all.slice(100, 105));
    const ofOne = await inventory.changesAfter('acme', 0, { skuIds: ['sku-3'] }, 5);
    expect(ofOne.map(textsOf)).toEqual([texts, short, other]);
    expect(await inventory.changesAt('acme', [ROWS])).toEqual(all.slice(ROWS - 1, ROWS));
  });

  test('are in the history of each SKU', async () => {
    const page = { newest: null, limit: 10 };
    const [first, third, last] = await inventory.histories('acme', [
      { skuId: 'sku-1', ...page },
      { skuId: 'sku-3', ...page },
      { skuId: `sku-${ROWS}`, ...page },
    ]);
    expect(first?.map(textsOf)).toEqual([texts, other, short, texts]);
    expect(third?.map(textsOf)).toEqual([other, short, texts]);
    expect(last?.map(textsOf)).toEqual([texts]);
  });

  test('are with the last change that a failed precondition shows', async () => {
    const row = setSku('sku-3', { quantityInStock: 9 }, { version: 1 });
    const results = await updateFor(inventory, origin, [row]);
    expect(results).toMatchObject([{ refusal: { problem: 'PRECONDITION_FAILED', lastChange: other } }]);
  });
});
