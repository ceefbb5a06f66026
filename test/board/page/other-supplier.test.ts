/** What waits on a page while the session ends: it is stored for the supplier that it was made for, or dropped. */
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/db/store/open-store.ts';
import { createCatalog } from '../../../src/db/catalog.ts';
import { saveSupplier } from '../../../src/db/suppliers.ts';
import { saveToken } from '../../../src/db/tokens.ts';
import {
  changeElsewhere,
  endSessionAtNextEdit,
  openBoard,
  openBoardStage,
  openTab,
  signIn,
  storedSku,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';

const RIVAL = 'a-token-of-another-supplier';

describe.skipIf(lacksBrowser)('An edit that waits for a session', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  beforeAll(async () => {
    stage = await openBoardStage(
      ['jug', 'mug', 'pot', 'tin'].map((skuId) => ({ skuId, quantityInStock: 3 })),
    );
    const store = await openStore(stage.database);
    await saveSupplier(store, 'rival', new Date());
    const rival = { supplierId: 'rival', name: 'rival', role: 'supplier', expiresAt: null } as const;
    await saveToken(store, RIVAL, { ...rival, permissions: ['view_items', 'edit_items'] }, new Date());
    await createCatalog(store, () => new Date()).save({ supplierId: 'rival', actor: 'seed' }, [
      { skuId: 'mug', title: 'Mug of the rival' },
    ]);
    await store.close();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  /** Opens a board in which an edit of the SKU waits, because the session has ended. */
  const openWaiting = async (skuId: string) => {
    const board = await openBoard(stage);
    await signIn(board);
    const prompts: string[] = [];
    board.page.on('dialog', (dialog) => {
      prompts.push(dialog.type());
      void dialog.dismiss();
    });
    await board.cell(skuId, 'In stock').waitFor();
    await endSessionAtNextEdit(board);
    await edit(board, skuId, '8');
    await board.page.getByRole('textbox', { name: 'Token' }).waitFor();
    return { ...board, prompts };
  };
  const edit = async ({ page, cell }: BoardWindow, skuId: string, value: string) => {
    await cell(skuId, 'In stock').click();
    await page.keyboard.type(value);
    await page.keyboard.press('Enter');
  };
  /** Holds the next answer to this method at /board/session until the page has sent its edit again. */
  const holdSession = async (page: Page, held: string) => {
    const isEdit = (answer: Response) => answer.request().postData()?.includes('BoardUpdateSku') === true;
    let isOver = false;
    await page.route('**/board/session', async (route) => {
      if (isOver || route.request().method() !== held) return route.continue();
      isOver = true;
      const answer = await route.fetch();
      // The browser has the new cookie now.
      await page.waitForResponse(isEdit);
      await route.fulfill({ response: answer });
    });
  };
  const expectRival = async ({ cell, prompts }: BoardWindow & { readonly prompts: string[] }) => {
    await cell('mug', 'Title').filter({ hasText: 'Mug of the rival' }).waitFor();
    expect(prompts).toEqual([]);
    expect(await storedSku(stage, 'mug', RIVAL)).toMatchObject({ version: 0 });
    expect(await storedSku(stage, 'mug')).toMatchObject({ version: 0 });
  };

  test('is dropped when another supplier signs in on the page, and never stored in its stock', async () => {
    const board = await openWaiting('mug');
    await holdSession(board.page, 'POST');
    await signIn(board, RIVAL);
    await expectRival(board);
    await board.context.close();
  });

  test('is dropped when another supplier signs in in another tab, and never stored in its stock', async () => {
    const board = await openWaiting('mug');
    await holdSession(board.page, 'GET');
    const other = await openTab(board.context, `${stage.gateway.origin}/board/`);
    await signIn(other, RIVAL);
    await expectRival(board);
    await board.context.close();
  });

  test('is kept while nobody is signed in, and stored when the same supplier signs in in another tab', async () => {
    const board = await openBoard(stage);
    await signIn(board);
    await board.cell('pot', 'In stock').waitFor();
    const other = await openTab(board.context, `${stage.gateway.origin}/board/`);
    // The edit waits: its request is held until the session has ended.
    let release = () => {};
    const isSignedOut = new Promise<void>((resolve) => (release = resolve));
    await board.page.route('**/board/graphql', async (route) => {
      if (route.request().postData()?.includes('BoardUpdateSku') === true) await isSignedOut;
      await route.continue();
    });
    await board.page.bringToFront();
    await edit(board, 'pot', '8');
    await other.page.getByRole('button', { name: 'Sign out' }).click();
    await board.page.getByRole('textbox', { name: 'Token' }).waitFor();
    release();
    await changeElsewhere(stage, { sku_id: 'tin', quantity_in_stock: 44 });
    await signIn(other);
    await expect
      .poll(() => storedSku(stage, 'pot'), patience)
      .toMatchObject({ quantityInStock: 8, version: 1 });
    await expect.poll(() => board.shown('pot', 'In stock'), patience).toBe('8');
    // No row misses what others changed meanwhile.
    await expect.poll(() => board.shown('tin', 'In stock'), patience).toBe('44');
    await board.context.close();
  });
});
