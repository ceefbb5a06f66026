/** History and activity on the board: who changed what, one-click undo of a change and of a group, and filters. */
import type { Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changeElsewhere,
  openBoard,
  openBoardStage,
  signIn,
  storedSku,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { CLIENT_TOKEN } from '../../support/mutations.ts';
import { indices } from '../../support/range.ts';

const nameOf = (n: number) => `tea-${String(n).padStart(2, '0')}`;
const skus = indices(30).map((n) => ({ skuId: nameOf(n), title: `Tea ${n}`, quantityInStock: 5 }));

describe.skipIf(lacksBrowser)('What changed, on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    board = await openBoard(stage);
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const notice = () => board.page.locator('.notice').innerText();
  /** Resolves once the browser has drawn what came in. */
  const drawn = () =>
    board.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  const openHistory = async (skuId: string) => {
    const row = board.page.getByRole('row').filter({ hasText: skuId });
    await row.getByRole('button', { name: 'History' }).click();
    return board.page.getByRole('region', { name: `History of ${skuId}` });
  };
  const items = () => board.page.getByRole('list', { name: 'Activity' }).locator(':scope > li');

  test('a history draws the quantity, follows what comes, and undoes one change', async () => {
    await changeElsewhere(stage, { sku_id: nameOf(1), quantity_in_stock: 9 });
    const panel = await openHistory(nameOf(1));
    await expect
      .poll(() => panel.innerText(), patience)
      .toMatch(/In stock 5 → 9[^]*clients, Script \(REST\)/);
    expect(await panel.getByRole('img').getAttribute('aria-label')).toBe(
      'Quantity in stock: 5 at first, 9 now, 1 changes',
    );
    await panel.locator('canvas').waitFor();
    await changeElsewhere(stage, { sku_id: nameOf(1), quantity_in_stock: 12 });
    await expect.poll(() => panel.innerText(), patience).toContain('In stock 9 → 12');
    await panel.getByRole('button', { name: 'Undo this' }).first().click();
    await expect.poll(notice, patience).toContain('Undone: 1 SKU.');
    expect(await storedSku(stage, nameOf(1))).toMatchObject({ quantityInStock: 9, version: 3 });
    // An older change cannot be undone by itself: that would lose what came after it.
    expect(await panel.getByRole('button', { name: 'Undo this' }).last().isDisabled()).toBe(true);
    await panel.getByRole('button', { name: 'Close history' }).click();
  });

  test('the activity shows groups as they happen, with the name of their file, opens them, and undoes them row by row', async () => {
    const { page } = board;
    await page.getByRole('link', { name: 'Activity' }).click();
    await items().first().waitFor();
    await handIn(
      stage,
      indices(12).map((n) => `${nameOf(10 + n)},${20 + n}`),
    );
    await expect
      .poll(() => items().first().innerText(), patience)
      .toMatch(/12 changes · stock count November\.csv[^]*Inventory file[^]*Monday/);
    await items().first().getByRole('button', { name: 'Show changes' }).click();
    await expect.poll(() => items().first().innerText(), patience).toContain('In stock 5 → 31');
    await changeElsewhere(stage, { sku_id: nameOf(10), quantity_in_stock: 1 });
    await expect
      .poll(() => items().first().innerText(), patience)
      .toContain(`${nameOf(10)}: In stock 20 → 1`);

    await items().nth(1).getByRole('button', { name: 'Undo group' }).click();
    const result = page.getByRole('dialog', { name: 'Undone' });
    await expect.poll(() => result.getByRole('row').count(), patience).toBe(13);
    const rows = await result.getByRole('row').allInnerTexts();
    expect(rows[1]).toMatch(/^tea-10\s.*Changed since by clients, so it was left as it is: 1 in stock\./);
    expect(rows.slice(2).every((row) => row.endsWith('As it was before.'))).toBe(true);
    await result.getByRole('button', { name: 'Close', exact: true }).last().click();
    expect(await storedSku(stage, nameOf(10))).toMatchObject({ quantityInStock: 1 });
    expect(await storedSku(stage, nameOf(11))).toMatchObject({ quantityInStock: 5 });
  });

  test('what Older brought stays when something changes, and a burst of changes is read together', async () => {
    const { page } = board;
    await page.getByRole('link', { name: 'Stock' }).click();
    const panel = await openHistory(nameOf(2));
    const reads: string[] = [];
    page.on('request', (request) => {
      if (isHistory(request)) reads.push(request.url());
    });
    const began = performance.now();
    for (const n of indices(105))
      await changeElsewhere(stage, { sku_id: nameOf(2), quantity_in_stock: 100 + n });
    const changes = panel.getByRole('listitem');
    await expect.poll(() => changes.first().innerText(), patience).toContain('→ 204');
    expect(reads.length).toBeLessThanOrEqual((performance.now() - began) / 500 + 1);
    await panel.getByRole('button', { name: 'Close history' }).click();
    await openHistory(nameOf(2));
    await panel.getByRole('button', { name: 'Older changes' }).click();
    await expect.poll(() => changes.count(), patience).toBe(105);
    await changeElsewhere(stage, { sku_id: nameOf(2), quantity_in_stock: 1 });
    await expect.poll(() => changes.first().innerText(), patience).toContain('204 → 1');
    expect(await changes.count()).toBe(106);
    expect(await changes.last().innerText()).toContain('5 → 100');
    await panel.getByRole('button', { name: 'Close history' }).click();

    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => items().count(), patience).toBeGreaterThan(99);
    const listed = await items().count();
    await changeElsewhere(stage, { sku_id: nameOf(2), quantity_in_stock: 2 });
    await expect.poll(() => items().first().innerText(), patience).toContain('1 → 2');
    expect(await items().count()).toBe(listed + 1);
  });

  test('an older answer does not take the place of a newer one', async () => {
    const { page } = board;
    await page.getByRole('link', { name: 'Stock' }).click();
    const panel = await openHistory(nameOf(3));
    await panel.getByText('Nobody has changed this SKU yet.').waitFor();
    const released = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    let first: Request | undefined;
    await page.route('**/board/graphql', async (route, request) => {
      first ??= isHistory(request) ? request : undefined;
      if (first !== request) return route.continue();
      const response = await route.fetch();
      held.resolve();
      await released.promise;
      return route.fulfill({ response });
    });
    await changeElsewhere(stage, { sku_id: nameOf(3), quantity_in_stock: 8 });
    await held.promise;
    await changeElsewhere(stage, { sku_id: nameOf(3), quantity_in_stock: 9 });
    await expect.poll(() => panel.innerText(), patience).toContain('8 → 9');
    const older = page.waitForResponse((response) => response.request() === first);
    released.resolve();
    await (await older).finished();
    await drawn();
    expect(await panel.getByRole('listitem').first().innerText()).toContain('8 → 9');
    await page.unroute('**/board/graphql');
    await panel.getByRole('button', { name: 'Close history' }).click();
    await page.getByRole('link', { name: 'Activity' }).click();
  });

  test('the activity is filtered by source, by who made the change, and by time', async () => {
    const { page } = board;
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Inventory file');
    await expect.poll(() => items().count(), patience).toBe(1);
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Source: all');
    await page.getByRole('searchbox', { name: 'By whom' }).fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No change matches.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => items().count(), patience).toBeGreaterThan(4);
    await page.getByLabel('to', { exact: true }).fill('2020-01-01T00:00');
    await page.getByText('No change matches.').waitFor();
  });
});

function isHistory(request: Request): boolean {
  return request.postData()?.includes('BoardHistory') ?? false;
}

async function handIn({ gateway }: BoardStage, lines: readonly string[]): Promise<void> {
  const filename = encodeURIComponent('stock count November.csv');
  const answer = await fetch(`${gateway.origin}/feeds/inventory?reason=Monday&filename=${filename}`, {
    method: 'POST',
    headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'text/csv', prefer: 'wait=30' },
    body: `sku_id,quantity_in_stock\n${lines.join('\n')}\n`,
  });
  if (!answer.ok) throw new Error(await answer.text());
}
