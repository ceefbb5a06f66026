/** Signing in and out on the page, what a view-only token sees, and that the page loads nothing from elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/db/store/open-store.ts';
import { createCatalog } from '../../../src/db/catalog.ts';
import { saveSupplier } from '../../../src/db/suppliers.ts';
import { saveToken } from '../../../src/db/tokens.ts';
import {
  endSessionAtNextEdit,
  openBoard,
  openBoardStage,
  openTab,
  signIn,
  storedSku,
  type BoardStage,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { CLIENT_TOKEN } from '../../support/mutations.ts';

const VIEWER = 'a-token-that-may-only-view';
const RIVAL = 'a-token-of-another-supplier';

describe.skipIf(lacksBrowser)('Signing in to the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  beforeAll(async () => {
    stage = await openBoardStage([{ skuId: 'cup', title: 'Cup', quantityInStock: 3 }]);
    const store = await openStore(stage.database);
    const viewer = { supplierId: 'acme', name: 'viewer', role: 'supplier', expiresAt: null } as const;
    await saveToken(store, VIEWER, { ...viewer, permissions: ['view_items'] }, new Date());
    await saveSupplier(store, 'rival', new Date());
    const rival = { ...viewer, supplierId: 'rival', name: 'rival', permissions: ['view_items'] } as const;
    await saveToken(store, RIVAL, rival, new Date());
    await createCatalog(store, () => new Date()).save({ supplierId: 'rival', actor: 'seed' }, [
      { skuId: 'cup', title: 'Cup of the rival' },
    ]);
    await store.close();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test('refuses a wrong token with a reason, takes the right one, lasts, and ends', async () => {
    const board = await openBoard(stage);
    const { page } = board;
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect
      .poll(() => page.getByRole('alert').innerText(), patience)
      .toContain('unknown, expired or revoked');
    await signIn(board);
    await expect.poll(() => board.shown('cup', 'In stock'), patience).toBe('3');
    // The token is in no place that a script can read.
    const readable = await page.evaluate(() =>
      JSON.stringify([localStorage, sessionStorage, document.cookie]),
    );
    expect(readable).not.toContain(CLIENT_TOKEN);

    await page.reload();
    await expect.poll(() => board.shown('cup', 'In stock'), patience).toBe('3');
    const other = await openTab(board.context, `${stage.gateway.origin}/board/activity`);
    await other.page.getByRole('link', { name: 'Stock' }).waitFor();
    await other.page.close();

    const cookies = await board.context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('textbox', { name: 'Token' }).waitFor();
    // The session itself has ended, not only the cookie.
    await board.context.addCookies(cookies);
    await page.reload();
    await page.getByRole('textbox', { name: 'Token' }).waitFor();
    await board.context.close();
  });

  test('shows a view-only token the stock without any way to change it', async () => {
    const board = await openBoard(stage);
    await signIn(board, VIEWER);
    const { page, cell } = board;
    await expect.poll(() => board.shown('cup', 'In stock'), patience).toBe('3');
    await cell('cup', 'In stock').dblclick();
    await page.keyboard.type('9');
    expect(await cell('cup', 'In stock').getByRole('textbox').count()).toBe(0);
    expect(await cell('cup', 'In stock').getAttribute('aria-readonly')).toBe('true');
    expect(await page.getByRole('button', { name: /Import|Paste list/ }).count()).toBe(0);
    expect(await page.getByLabel('Reason for your changes').count()).toBe(0);
    await board.context.close();
  });

  test('keeps what was typed while the session ended, and saves it after the next one has begun', async () => {
    const board = await openBoard(stage);
    await signIn(board);
    const { page, cell } = board;
    await cell('cup', 'In stock').waitFor();
    await endSessionAtNextEdit(board);
    await cell('cup', 'In stock').click();
    await page.keyboard.type('8');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Token' }).waitFor();
    await signIn(board);
    await expect
      .poll(() => storedSku(stage, 'cup'), patience)
      .toMatchObject({ quantityInStock: 8, version: 1 });
    await board.context.close();
  });

  test('begins every tab anew when somebody else signs in: none shows the stock of one supplier and changes that of another', async () => {
    const first = await openBoard(stage);
    await signIn(first);
    await first.cell('cup', 'In stock').waitFor();
    const second = await openTab(first.context, `${stage.gateway.origin}/board/`);
    await second.page.getByRole('button', { name: 'Sign out' }).click();
    await first.page.getByRole('textbox', { name: 'Token' }).waitFor();
    await signIn(second, RIVAL);
    await first.cell('cup', 'Title').filter({ hasText: 'Cup of the rival' }).waitFor();
    await expect
      .poll(() => first.page.getByRole('status', { name: 'Live' }).innerText(), patience)
      .toBe('live');
    await first.context.close();
  });

  test('loads nothing from elsewhere, breaks no rule of its policy, and is led to from /', async () => {
    const board = await openBoard(stage);
    await signIn(board);
    await board.page.getByRole('button', { name: 'History' }).click();
    await board.page.getByRole('region', { name: 'History of cup' }).waitFor();
    await board.page.getByRole('link', { name: 'Activity' }).click();
    await expect.poll(() => board.page.url(), patience).toMatch(/\/board\/activity$/);
    await board.page.goBack();
    await board.page.getByRole('grid', { name: 'SKUs' }).waitFor();
    expect(board.complaints).toEqual([]);
    const { origin } = stage.gateway;
    expect(board.requested.filter((url) => !url.startsWith(`${origin}/board/`))).toEqual([]);
    await board.page.goto(`${origin}/`);
    expect(board.page.url()).toBe(`${origin}/board/`);
    await board.context.close();
  });
});
