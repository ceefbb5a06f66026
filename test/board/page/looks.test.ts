/** The board for everybody: nothing for axe to find, narrow screens, zoom, dark mode; and the size of what a browser must load. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
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
import { MANAGER, saveManager } from './webhook-manager.ts';

const skus = indices(120).map((n) => ({
  skuId: `book-${String(n).padStart(3, '0')}`,
  title: `A book with a title of some length, volume ${n}`,
  quantityInStock: n,
}));
const axe = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds, by its rules. */
async function findings({ page }: BoardWindow): Promise<string[]> {
  // The page's policy lets no script in. The protocol of the browser's tools is not bound by it.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await tool.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describe.skipIf(lacksBrowser)('The looks of the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  beforeAll(async () => {
    stage = await openBoardStage(skus, '--webhook-allow', '127.0.0.0/8');
    await saveManager(stage.database);
    await changeElsewhere(stage, { sku_id: 'book-001', quantity_in_stock: 7 });
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test.each(['light', 'dark'] as const)('leave axe nothing to find in %s mode', async (colorScheme) => {
    const board = await openBoard(stage, { colorScheme });
    const { page } = board;
    await page.getByRole('textbox', { name: 'Token' }).waitFor();
    expect(await findings(board)).toEqual([]);
    await signIn(board);
    await board.cell('book-001', 'In stock').waitFor();
    await page.getByRole('button', { name: 'History' }).nth(1).click();
    await page.getByRole('button', { name: 'Undo this' }).waitFor();
    expect(await findings(board)).toEqual([]);
    await board.cell('book-002', 'In stock').dblclick();
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    expect(await findings(board)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByLabel('Inventory file').setInputFiles({
      name: 'a.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('sku_id,quantity_in_stock\nbook-001,4\nnone,1\n'),
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).waitFor();
    expect(await findings(board)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('list', { name: 'Activity' }).getByRole('listitem').first().waitFor();
    expect(await findings(board)).toEqual([]);
    await board.context.close();
  });

  test.each(['light', 'dark'] as const)('of webhooks too, in %s mode', async (colorScheme) => {
    const board = await openBoard(stage, { colorScheme, viewport: { width: 360, height: 740 } });
    await signIn(board, MANAGER);
    const { page } = board;
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await press('Add webhook');
    expect(await findings(board)).toEqual([]);
    // Nothing listens there.
    const url = `http://127.0.0.1:1/${'long-'.repeat(40)}${colorScheme}`;
    await page.getByLabel('URL of the program that is told').fill(url);
    await press('Add');
    await page.getByText('It is not shown again.').waitFor();
    expect(await findings(board)).toEqual([]);
    await page.keyboard.press('Escape');
    await press('Send a ping');
    await page.getByText('Not reached', { exact: true }).waitFor();
    await changeElsewhere(stage, { sku_id: 'book-004', quantity_in_stock: colorScheme === 'dark' ? 1 : 2 });
    await page.getByText('Retrying').waitFor();
    expect(await findings(board)).toEqual([]);
    const width = () => page.evaluate(() => document.querySelector('.webhooks')?.scrollWidth ?? NaN);
    expect(await width()).toBeLessThanOrEqual(360);
    await press('Delete');
    expect(await findings(board)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There is no webhook yet.').waitFor();
    await board.context.close();
  });

  test.each([
    ['a telephone', { width: 360, height: 740 }],
    ['1280 pixels at a zoom of 200 %', { width: 640, height: 400 }],
  ])('fit %s: no control is cut off, and a cell can be edited', async (_what, viewport) => {
    const board = await openBoard(stage, { viewport });
    await signIn(board);
    const { page, cell } = board;
    await cell('book-003', 'In stock').waitFor();
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    const grid = await page.getByRole('grid').boundingBox();
    expect(grid?.height).toBeGreaterThan(100);
    await cell('book-003', 'In stock').click();
    await page.keyboard.type('30');
    await page.keyboard.press('Enter');
    await expect.poll(() => board.shown('book-003', 'In stock'), patience).toBe('30');
    for (const name of ['Sign out', 'Import', 'Paste list']) {
      const box = await page.getByRole('button', { name }).boundingBox();
      expect((box?.x ?? NaN) + (box?.width ?? NaN)).toBeLessThanOrEqual(viewport.width);
    }
    await board.context.close();
  });
});

/** In bytes, as gzip sends them. */
const BUDGET = { main: 45 * 1_024, css: 10 * 1_024, chart: 25 * 1_024 };

test('the board is small: its first script, its style and its chart keep their budgets', () => {
  const folder = new URL('../../../dist/board/', import.meta.url);
  const sizeOf = (pattern: RegExp) => {
    const name = readdirSync(folder).find((file) => pattern.test(file));
    if (name === undefined) throw new Error(`No file matches ${pattern}.`);
    return gzipSync(readFileSync(new URL(name, folder))).length;
  };
  expect(sizeOf(/^main-.*\.js$/)).toBeLessThan(BUDGET.main);
  expect(sizeOf(/^board-.*\.css$/)).toBeLessThan(BUDGET.css);
  expect(sizeOf(/^uPlot.*\.js$/)).toBeLessThan(BUDGET.chart);
});
