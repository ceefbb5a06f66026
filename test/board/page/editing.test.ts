/** Editing on the board: by keyboard alone, with conflicts, refusals and a gateway that goes away. Each edit is stored exactly once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
import { indices } from '../../support/range.ts';

const skus = indices(40).map((n) => ({
  skuId: `shelf-${String(n).padStart(3, '0')}`,
  title: `Article ${n}`,
  quantityInStock: 10,
}));

describe.skipIf(lacksBrowser)('Editing on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    board = await openBoard(stage);
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());
  beforeEach(() => board.page.bringToFront());

  const editor = () => board.page.getByRole('textbox', { name: 'In stock', exact: true });

  test('goes by keyboard alone, as in a spreadsheet', async () => {
    const { page, cell, shown } = board;
    await page.getByRole('searchbox', { name: 'Search' }).focus();
    // The active cell is one stop in the order of Tab.
    const isInGrid = () => page.evaluate(() => document.activeElement?.role === 'gridcell');
    for (let stops = 0; stops < 20 && !(await isInGrid()); stops++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('17');
    await page.keyboard.press('Enter');
    await expect.poll(() => storedSku(stage, 'shelf-000'), patience).toMatchObject({ quantityInStock: 17 });
    // Enter went down; typing replaces, Tab goes right.
    await page.keyboard.type('23');
    await page.keyboard.press('Tab');
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => storedSku(stage, 'shelf-001'), patience)
      .toMatchObject({ quantityInStock: 23, quantityOnBackorder: 4, version: 2 });
    await page.keyboard.press('F2');
    await page.keyboard.type('999');
    await page.keyboard.press('Escape');
    expect(await shown('shelf-002', 'On backorder')).toBe('0');
    await page.keyboard.press('ArrowRight');
    expect(await cell('shelf-002', 'Restriction').evaluate((it) => it === document.activeElement)).toBe(true);
  });

  test('sets and lifts a restriction', async () => {
    const { page, cell } = board;
    await cell('shelf-004', 'Restriction').dblclick();
    await page.getByRole('combobox', { name: 'Restriction', exact: true }).last().selectOption('discontd');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => storedSku(stage, 'shelf-004'), patience)
      .toMatchObject({ restrictions: 'DISCONTD' });
    await expect.poll(() => board.shown('shelf-004', 'Availability'), patience).toBe('Discontinued');
  });

  test('is stored with the reason that is given once', async () => {
    const { page, cell } = board;
    await page.getByLabel('Reason for your changes').fill('Monday count');
    await cell('shelf-005', 'In stock').click();
    await page.keyboard.type('55');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => storedSku(stage, 'shelf-005'), patience)
      .toMatchObject({ quantityInStock: 55, lastChange: { reason: 'Monday count', source: 'GRAPHQL' } });
  });

  test('says at the cell what is no quantity, and sends nothing', async () => {
    const { page, cell } = board;
    await cell('shelf-006', 'In stock').click();
    await page.keyboard.type('x1');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('alert').innerText(), patience)
      .toContain('whole number from 0 to 2147483647');
    await page.keyboard.press('Escape');
    expect(await storedSku(stage, 'shelf-006')).toMatchObject({ quantityInStock: 10, version: 0 });
  });

  test.each([
    { key: 'm', button: 'Keep mine', left: 70 },
    { key: 't', button: 'Take theirs', left: 60 },
  ])('asks on a conflict, and $button has a key', async ({ key, button, left }) => {
    const { page, cell } = board;
    const skuId = `shelf-01${left / 10}`;
    await cell(skuId, 'In stock').dblclick();
    await changeElsewhere(stage, { sku_id: skuId, quantity_in_stock: 60 });
    const dialog = page.getByRole('dialog', { name: 'Changed by someone else' });
    // A live change never touches a cell that is being edited.
    await expect.poll(() => board.shown(skuId, 'Last change'), patience).toContain('clients');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('70');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    // A key that comes at once was meant for something else.
    await dialog.locator('[aria-keyshortcuts]').first().waitFor();
    const words = await dialog.innerText();
    expect(words).toMatch(/You saw\s+10\s+Theirs\s+60 clients, [^]*Yours\s+70/);
    expect(await dialog.getByRole('button', { name: button }).count()).toBe(1);
    await page.keyboard.press(key);
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => storedSku(stage, skuId), patience).toMatchObject({ quantityInStock: left });
    await expect.poll(() => board.shown(skuId, 'In stock'), patience).toBe(String(left));
  });

  test('is undone by Ctrl+Z, the last edit first', async () => {
    const { page, cell } = board;
    for (const n of [7, 8]) {
      await cell(`shelf-00${n}`, 'In stock').click();
      await page.keyboard.type('91');
      await page.keyboard.press('Enter');
      await expect.poll(() => storedSku(stage, `shelf-00${n}`), patience).toMatchObject({ version: 1 });
      await expect.poll(() => board.shown(`shelf-00${n}`, 'Last change'), patience).toContain('clients');
    }
    await page.keyboard.press('ControlOrMeta+Z');
    await expect.poll(() => storedSku(stage, 'shelf-008'), patience).toMatchObject({ quantityInStock: 10 });
    expect(await storedSku(stage, 'shelf-007')).toMatchObject({ quantityInStock: 91 });
    // The cell that was active stays so.
    expect(await page.evaluate(() => document.activeElement?.id)).toMatch(/^cell-9-/);
    await page.keyboard.press('ControlOrMeta+Z');
    await expect.poll(() => storedSku(stage, 'shelf-007'), patience).toMatchObject({ quantityInStock: 10 });
  });

  test('keeps a value whose conflict is left open, with the words of the gateway', async () => {
    const { page, cell } = board;
    await cell('shelf-020', 'In stock').dblclick();
    await changeElsewhere(stage, { sku_id: 'shelf-020', quantity_in_stock: 61 });
    await expect.poll(() => board.shown('shelf-020', 'Last change'), patience).toContain('clients');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('71');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Changed by someone else' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await board.shown('shelf-020', 'In stock')).toBe('71');
    expect(await cell('shelf-020', 'In stock').getByRole('alert').innerText()).toMatch(/version is 1, not 0/);
    await cell('shelf-020', 'In stock').getByRole('button', { name: 'Discard' }).click();
    expect(await board.shown('shelf-020', 'In stock')).toBe('61');
  });

  test('does not store a half-typed number when a dialog or another window takes the focus', async () => {
    const { page, cell } = board;
    await cell('shelf-030', 'In stock').dblclick();
    await changeElsewhere(stage, { sku_id: 'shelf-030', quantity_in_stock: 1 });
    await expect.poll(() => board.shown('shelf-030', 'Last change'), patience).toContain('clients');
    // The conflict of this cell comes while the next one is being edited.
    await page.route('**/board/graphql', async (route) => {
      if (route.request().postData()?.includes('BoardUpdateSku') && held) await held;
      await route.continue();
    });
    let letGo = () => {};
    const held: Promise<void> | undefined = new Promise((resolve) => (letGo = resolve));
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await page.keyboard.type('12');
    letGo();
    await page.getByText('1 changed by someone else').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.getByRole('dialog', { name: 'Changed by someone else' }).waitFor();
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await editor().focus();
    await page.keyboard.type('50');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => storedSku(stage, 'shelf-031'), patience)
      .toMatchObject({ quantityInStock: 1250, version: 1 });
    await page.unroute('**/board/graphql');
  });

  test('is kept in the cell while it is refused, can be corrected there, and is given up by Escape', async () => {
    const { page, cell } = board;
    await cell('shelf-032', 'In stock').dblclick();
    await changeElsewhere(stage, { sku_id: 'shelf-032', quantity_in_stock: 2 });
    await expect.poll(() => board.shown('shelf-032', 'Last change'), patience).toContain('clients');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('72');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Changed by someone else' }).waitFor();
    await page.keyboard.press('Escape');
    await cell('shelf-032', 'In stock').click();
    await page.keyboard.press('F2');
    expect(await editor().inputValue()).toBe('72');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await board.shown('shelf-032', 'In stock')).toBe('2');
  });

  test('goes on in the last row, and a double click in an open editor loses nothing', async () => {
    const { page, cell } = board;
    await page.getByRole('searchbox', { name: 'Search' }).fill('shelf-033');
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount'), patience).toBe('2');
    await cell('shelf-033', 'In stock').dblclick();
    await changeElsewhere(stage, { sku_id: 'shelf-033', quantity_in_stock: 3 });
    await expect.poll(() => board.shown('shelf-033', 'Last change'), patience).toContain('clients');
    await editor().dblclick();
    await page.keyboard.type('73');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => board.shown('shelf-033', 'In stock'), patience).toBe('3');
    // There is no row below, so the same cell is active still.
    await page.keyboard.type('74');
    await page.keyboard.press('Enter');
    await expect.poll(() => storedSku(stage, 'shelf-033'), patience).toMatchObject({ quantityInStock: 74 });
    await page.getByRole('searchbox', { name: 'Search' }).fill('');
    await cell('shelf-000', 'In stock').waitFor();
  });

  test('waits while the gateway is too busy, and is sent again when it asks for that', async () => {
    const { page, cell } = board;
    let refusals = 2;
    await page.route('**/board/graphql', async (route) => {
      const isEdit = route.request().postData()?.includes('BoardUpdateSku');
      if (isEdit && refusals-- > 0)
        await route.fulfill({
          status: 503,
          headers: { 'retry-after': '1' },
          json: { errors: [{ message: 'Busy.' }] },
        });
      else await route.continue();
    });
    await cell('shelf-009', 'In stock').click();
    await page.keyboard.type('19');
    await page.keyboard.press('Enter');
    await page.getByText('1 waiting to be saved').waitFor();
    await expect
      .poll(() => storedSku(stage, 'shelf-009'), patience)
      .toMatchObject({ quantityInStock: 19, version: 1 });
    await page.unroute('**/board/graphql');
  });

  test('waits while the gateway is gone, and is stored exactly once when it is back', async () => {
    const { page, cell } = board;
    await stage.kill();
    for (const [n, quantity] of [31, 32, 33].entries()) {
      await cell(`shelf-02${n + 1}`, 'In stock').click();
      await page.keyboard.type(String(quantity));
      await page.keyboard.press('Enter');
    }
    await page.getByText('3 waiting to be saved').waitFor();
    await expect.poll(() => page.getByRole('status', { name: 'Live' }).innerText(), patience).toBe('offline');
    await stage.start();
    for (const [n, quantity] of [31, 32, 33].entries())
      await expect
        .poll(() => storedSku(stage, `shelf-02${n + 1}`).catch(() => null), patience)
        .toMatchObject({ quantityInStock: quantity, version: 1 });
    await expect.poll(() => page.getByText('waiting to be saved').count(), patience).toBe(0);
  });
});
