/** Importing on the board: the file shows what it would change, the brake holds it, rejected rows come back, and one click undoes it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBoard,
  openBoardStage,
  signIn,
  storedSku,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { indices } from '../../support/range.ts';

const nameOf = (n: number) => `toy-${String(n).padStart(3, '0')}`;
const skus = indices(200).map((n) => ({ skuId: nameOf(n), quantityInStock: 5 }));

describe.skipIf(lacksBrowser)('Importing on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    board = await openBoard(stage);
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const dialog = () => board.page.getByRole('dialog', { name: 'Import' });
  const choose = (name: string, lines: readonly string[]) =>
    board.page.getByLabel('Inventory file').setInputFiles({
      name,
      mimeType: 'text/csv',
      buffer: Buffer.from(`${lines.join('\n')}\n`),
    });

  test('shows the changes before they are made, makes them, gives rejected rows back, and undoes it all', async () => {
    await choose('count.csv', ['sku_id,quantity_in_stock', `${nameOf(1)},8`, `${nameOf(2)},5`, 'toy-none,1']);
    await expect
      .poll(() => dialog().innerText(), patience)
      .toMatch(
        /Rows\s+3\s[^]*Will change\s+1\s[^]*Same as now\s+1\s[^]*Wrong, and left out\s+1\s[^]*10 before, 13 after/,
      );
    expect(await dialog().getByRole('region', { name: 'What changes' }).innerText()).toMatch(
      /toy-001\s+5 → 8/,
    );
    expect(await storedSku(stage, nameOf(1))).toMatchObject({ version: 0 });

    await dialog().getByRole('button', { name: 'Apply' }).click();
    await dialog().getByRole('button', { name: 'Undo' }).waitFor();
    expect(await storedSku(stage, nameOf(1))).toMatchObject({
      quantityInStock: 8,
      lastChange: { source: 'FEED' },
    });
    await expect.poll(() => board.shown(nameOf(1), 'In stock'), patience).toBe('8');
    const arriving = board.page.waitForEvent('download');
    await dialog().getByRole('link', { name: 'Download the rejected rows' }).click();
    const file = await (await arriving).path();
    expect(readFileSync(file, 'utf8')).toMatch(/toy-none,1,4,SKU_NOT_FOUND,/);

    await dialog().getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => board.page.locator('.notice').innerText(), patience).toContain('Undone: 1 SKU.');
    expect(await storedSku(stage, nameOf(1))).toMatchObject({ quantityInStock: 5 });
  });

  test('is held by the brake with its numbers, and let through by whoever sees them', async () => {
    await choose('empty.csv', ['sku_id;quantity_in_stock', ...indices(60).map((n) => `${nameOf(n)};0`)]);
    await expect
      .poll(() => dialog().getByRole('alert').innerText(), patience)
      .toBe('This would set 60 SKUs in stock to 0. Apply it only if that is right.');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    expect(await storedSku(stage, nameOf(0))).toMatchObject({ quantityInStock: 5 });

    await choose('empty.csv', ['sku_id;quantity_in_stock', ...indices(60).map((n) => `${nameOf(n)};0`)]);
    await dialog().getByRole('button', { name: 'Apply, and set 60 SKUs to 0' }).click();
    await dialog().getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() => board.page.locator('.notice').innerText(), patience)
      .toContain('Undone: 60 SKUs.');
    expect(await storedSku(stage, nameOf(0))).toMatchObject({ quantityInStock: 5 });
  });

  test('goes on when the dialog is closed, and its end is told with an undo', async () => {
    await choose('late.csv', ['sku_id,quantity_in_stock', `${nameOf(70)},8`]);
    await dialog().getByRole('button', { name: 'Apply' }).waitFor();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await board.page.route('**/board/feeds/inventory?*', async (route) => {
      await held;
      await route.continue();
    });
    await dialog().getByRole('button', { name: 'Apply' }).click();
    await dialog().getByRole('status').waitFor();
    await board.page.keyboard.press('Escape');
    letGo();
    await expect
      .poll(() => board.page.locator('.notice').innerText(), patience)
      .toContain('late.csv is imported: 1 rows changed.');
    await board.page.unroute('**/board/feeds/inventory?*');
    await board.page.locator('.notice').getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() => storedSku(stage, nameOf(70)), patience)
      .toMatchObject({ quantityInStock: 5, version: 2 });
  });

  test('says what is wrong with a file that cannot be read', async () => {
    await choose('names.csv', ['colour,size', 'red,1']);
    await expect
      .poll(() => dialog().getByRole('alert').innerText(), patience)
      .toContain('no column names the SKU');
    await dialog().getByRole('button', { name: 'Close', exact: true }).last().click();
  });

  test('takes a workbook that is dropped on the page', async () => {
    const bytes = readFileSync(new URL('../../fixtures/feeds/stock/openpyxl.xlsx', import.meta.url)).toString(
      'base64',
    );
    await board.page.evaluate((base64) => {
      const carried = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      carried.items.add(new File([content], 'stock.xlsx'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true }));
    }, bytes);
    await expect.poll(() => dialog().innerText(), patience).toMatch(/stock\.xlsx[^]*Wrong, and left out/);
  });

  test('exports what is filtered', async () => {
    const { page } = board;
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: 'Search' }).fill('toy-19');
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount'), patience).toBe('11');
    const arriving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export' }).click();
    const lines = readFileSync(await (await arriving).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(indices(10).map((n) => nameOf(190 + n)));
  });
});
