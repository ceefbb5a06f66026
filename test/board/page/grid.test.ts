/** The grid at 100,000 SKUs: all of them can be reached, few of them are in the document, and keys are painted at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBoard,
  openBoardStage,
  signIn,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { indices } from '../../support/range.ts';

const SKUS = 100_000;
const nameOf = (n: number) => `sku-${String(n).padStart(6, '0')}`;
const skus = indices(SKUS).map((n) => ({
  skuId: nameOf(n),
  title: `Article number ${n}`,
  quantityInStock: n % 500,
}));

describe.skipIf(lacksBrowser)('The grid of 100,000 SKUs', { timeout: 120_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    board = await openBoard(stage);
    await signIn(board);
  }, 120_000);
  afterAll(() => stage[Symbol.asyncDispose]());

  const grid = () => board.page.getByRole('grid', { name: 'SKUs' });
  const rows = () => grid().getAttribute('aria-rowcount');
  const nodes = () => board.page.evaluate(() => document.querySelectorAll('*').length);

  test('knows how many there are, names its columns and its rows, and stays small when it is scrolled to the end', async () => {
    const { page } = board;
    await expect.poll(rows, patience).toBe(String(SKUS + 1));
    const headers = await page.getByRole('columnheader').allInnerTexts();
    expect(headers).toEqual(
      expect.arrayContaining([
        ...['SKU', 'Title', 'In stock', 'On backorder'],
        ...['Restriction', 'Availability', 'Last change'],
      ]),
    );
    await grid().evaluate((it) => it.scrollTo({ top: it.scrollHeight }));
    await board.cell(nameOf(SKUS - 1), 'In stock').waitFor();
    const last = page.getByRole('row').filter({ hasText: nameOf(SKUS - 1) });
    expect(await last.getAttribute('aria-rowindex')).toBe(String(SKUS + 1));
    expect(await nodes()).toBeLessThan(2_000);
    await grid().evaluate((it) => it.scrollTo({ top: it.scrollHeight / 2 }));
    await board.cell(nameOf(SKUS / 2), 'In stock').waitFor();
    expect(await nodes()).toBeLessThan(2_000);
  });

  test('moves by the keys of a data grid, to the first and the last cell too', async () => {
    const { page } = board;
    await grid().evaluate((it) => it.scrollTo({ top: 0 }));
    await board.cell(nameOf(0), 'In stock').click();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      return focused();
    };
    expect(await press('ArrowDown', 'ArrowDown', 'ArrowUp')).toBe('In stock 1');
    expect(await press('Home')).toBe(`SKU ${nameOf(1)}`);
    expect(await press('End')).toMatch(/^Last change/);
    expect(await press('Home', 'ArrowLeft', 'ArrowRight')).toBe('Title Article number 1');
    await press('Home', 'PageDown');
    const down = Number((await focused()).slice(-6));
    expect(down).toBeGreaterThan(10);
    expect(await press('PageUp')).toBe(`SKU ${nameOf(1)}`);
    await press('ControlOrMeta+End', 'Home');
    await expect.poll(focused, patience).toBe(`SKU ${nameOf(SKUS - 1)}`);
    await press('ControlOrMeta+Home');
    await expect.poll(focused, patience).toBe(`SKU ${nameOf(0)}`);
    // Wheel away: the cell keeps the focus, and the next key comes back to it.
    await grid().evaluate((it) => it.scrollTo({ top: 64_000 }));
    await expect.poll(focused, patience).toBe(`SKU ${nameOf(0)}`);
    expect(await press('ArrowDown')).toBe(`SKU ${nameOf(1)}`);
  });

  test('searches and filters, and keeps both in its address', async () => {
    const { page } = board;
    await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('0777');
    const found = skus.filter(({ skuId, title }) => `${skuId} ${title}`.includes('0777')).length;
    await expect.poll(rows, patience).toBe(String(found + 1));
    await page.getByRole('combobox', { name: 'Availability' }).selectOption('Out of stock');
    await expect.poll(rows, patience).toBe('1');
    expect(await grid().innerText()).toContain('No SKU matches.');
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await expect.poll(rows, patience).toBe(String(SKUS + 1));
    await page.getByLabel('In stock from').fill('499');
    await expect.poll(rows, patience).toBe('201');
    await page.getByRole('button', { name: 'In stock' }).click();
    expect(page.url()).toMatch(/\?min=499&sort=stock$/);
    await page.reload();
    await expect.poll(rows, patience).toBe('201');
    expect(await page.getByRole('columnheader', { name: 'In stock' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: 'In stock' }).click();
    await expect.poll(() => page.getByRole('row').nth(1).innerText(), patience).toMatch(/^sku-0*99999/);
  });
});
