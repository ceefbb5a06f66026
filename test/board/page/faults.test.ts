/** What goes wrong on the board is told in plain words, and nothing waits for ever. */
import type { Page } from 'playwright-core';
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

const FAULT = 'Something failed in the gateway. Its log has the request 4711.';

describe.skipIf(lacksBrowser)('A fault on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage([{ skuId: 'cup', quantityInStock: 3 }]);
    board = await openBoard(stage);
    await signIn(board);
    await board.cell('cup', 'In stock').waitFor();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  /** Fails requests of this operation with 500. */
  const fail = async (page: Page, operation: string, answer: { contentType: string; body: string }) =>
    page.route('**/board/graphql', async (route) =>
      route.request().postData()?.includes(operation) === true
        ? route.fulfill({ status: 500, ...answer })
        : route.continue(),
    );
  const masked = {
    contentType: 'application/json',
    body: JSON.stringify({ errors: [{ message: FAULT }] }),
  };
  const noticed = (page: Page) => page.locator('.notice.fault').innerText();

  test.each([
    ['with the words of the gateway', masked, FAULT],
    ['with its status', { contentType: 'text/html', body: '<h1>Oops</h1>' }, 'The gateway answered 500.'],
  ])(
    'of an edit inside the gateway is shown at the cell %s, and the edit is not sent again',
    async (_how, answer, words) => {
      const { page, cell, shown } = board;
      await fail(page, 'BoardUpdateSku', answer);
      await cell('cup', 'In stock').click();
      await page.keyboard.type('9');
      await page.keyboard.press('Enter');
      await expect
        .poll(() => cell('cup', 'In stock').getByRole('alert').innerText(), patience)
        .toContain(words);
      await page.unroute('**/board/graphql');
      await cell('cup', 'In stock').getByRole('button', { name: 'Discard' }).click();
      expect(await shown('cup', 'In stock')).toBe('3');
      expect(await storedSku(stage, 'cup')).toMatchObject({ version: 0 });
    },
  );

  test('that nothing has handled is told', async () => {
    const { page } = board;
    await page.evaluate(() => void Promise.reject(new Error('A file of the page is missing.')));
    await expect
      .poll(() => noticed(page), patience)
      .toContain('That did not work: A file of the page is missing. Try again, or reload the page.');
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error('A mistake');
      });
    });
    await expect.poll(() => noticed(page), patience).toContain('That did not work: A mistake. Try again');
  });

  test('of signing out without the gateway is told, and one is still signed in', async () => {
    const { page, context } = board;
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => noticed(page), patience).toContain('so you are still signed in');
    await context.setOffline(false);
    await page.reload();
    await board.cell('cup', 'In stock').waitFor();
  });

  test('that keeps the page from beginning is told at the form, and signing in again begins it', async () => {
    const { page } = board;
    await fail(page, 'query Viewer', masked);
    await page.reload();
    await expect.poll(() => page.getByRole('alert').innerText(), patience).toContain(FAULT);
    await page.unroute('**/board/graphql');
    await signIn(board);
    await board.cell('cup', 'In stock').waitFor();
  });
});
