/** Where one is on the board: the focus around History, and the address and the Back button around Activity. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changeElsewhere,
  openBoard,
  openBoardStage,
  signIn,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { indices } from '../../support/range.ts';

const nameOf = (n: number) => `tea-${String(n).padStart(2, '0')}`;
const skus = indices(12).map((n) => ({ skuId: nameOf(n), title: `Tea ${n}`, quantityInStock: 5 }));

describe.skipIf(lacksBrowser)('Where one is on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    await changeElsewhere(stage, { sku_id: nameOf(1), quantity_in_stock: 6 });
    board = await openBoard(stage);
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const focused = () => board.page.evaluate(() => document.activeElement?.textContent ?? '');
  const historyButton = (skuId: string) =>
    board.page.getByRole('row').filter({ hasText: skuId }).getByRole('button', { name: 'History' });

  test('opening a history moves the focus to its heading, and Escape gives it back', async () => {
    const { page } = board;
    await historyButton(nameOf(1)).click();
    await expect.poll(focused, patience).toBe(`History of ${nameOf(1)}`);
    // Another history from the same grid: the focus goes back to the button that opened the last one.
    await historyButton(nameOf(2)).click();
    await expect.poll(focused, patience).toBe(`History of ${nameOf(2)}`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: /^History of/ }).waitFor({ state: 'detached' });
    expect(await historyButton(nameOf(2)).evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test('if what opened the history is gone, closing gives the focus to the active cell', async () => {
    const { page } = board;
    await historyButton(nameOf(3)).click();
    await page.getByRole('searchbox', { name: 'Search' }).fill(nameOf(1));
    await historyButton(nameOf(3)).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Close history' }).click();
    await page.getByRole('region', { name: /^History of/ }).waitFor({ state: 'detached' });
    const active = page.locator('[role=gridcell][tabindex="0"]');
    expect(await active.evaluate((cell) => cell === document.activeElement)).toBe(true);
    await page.getByRole('searchbox', { name: 'Search' }).fill('');
    await historyButton(nameOf(3)).waitFor();
  });

  test('the address keeps the view from Stock to Activity and back, and Back restores page and view', async () => {
    const { page } = board;
    const address = () => {
      const { pathname, search } = new URL(page.url());
      return `${pathname}${search}`;
    };
    const search = page.getByRole('searchbox', { name: 'Search' });
    await search.fill(nameOf(1));
    await expect.poll(address, patience).toBe('/board/?q=tea-01');
    await page.getByRole('link', { name: 'Activity' }).click();
    await expect.poll(address, patience).toBe('/board/activity');
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Undo');
    await expect.poll(address, patience).toBe('/board/activity?source=REVERT');
    await page.getByText('No change matches.').waitFor();
    await page.getByRole('link', { name: 'Stock' }).click();
    await expect.poll(address, patience).toBe('/board/?q=tea-01');
    await search.fill(nameOf(2));
    await expect.poll(address, patience).toBe('/board/?q=tea-02');

    await page.goBack();
    await page.getByText('No change matches.').waitFor();
    expect(address()).toBe('/board/activity?source=REVERT');
    await page.goBack();
    await expect.poll(() => search.inputValue(), patience).toBe('tea-01');
    expect(address()).toBe('/board/?q=tea-01');
    await historyButton(nameOf(1)).waitFor();
    await historyButton(nameOf(2)).waitFor({ state: 'detached' });
  });

  test('an address of Activity opens it with its filters, and leaves out what is none', async () => {
    const { page } = board;
    await page.goto(`${stage.gateway.origin}/board/activity?source=REST&by=clients&from=nonsense&to=99999`);
    const items = page.getByRole('list', { name: 'Activity' }).locator(':scope > li');
    await expect.poll(() => items.allInnerTexts(), patience).toHaveLength(1);
    expect(await page.getByRole('combobox', { name: 'Source' }).inputValue()).toBe('REST');
    expect(await page.getByRole('searchbox', { name: 'By whom' }).inputValue()).toBe('clients');
    expect(new URL(page.url()).search).toBe('?source=REST&by=clients');
  });
});
