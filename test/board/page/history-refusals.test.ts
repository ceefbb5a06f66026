/** Activity and History on the board when something is refused or missing: the user is told, and the page goes on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBoard,
  openBoardStage,
  openTab,
  signIn,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { CLIENT_TOKEN } from '../../support/mutations.ts';
import { indices } from '../../support/range.ts';

const nameOf = (n: number) => `tea-${String(n).padStart(2, '0')}`;
const skus = indices(12).map((n) => ({ skuId: nameOf(n), title: `Tea ${n}`, quantityInStock: 5 }));

interface AnswerOfActivity {
  readonly data: { readonly inventoryChangeGroups: { readonly nodes: { changeCount: number | null }[] } };
}

describe.skipIf(lacksBrowser)('What is refused in Activity and History', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus);
    const lines = skus.map(({ skuId }) => `${skuId},20`);
    const answer = await fetch(`${stage.gateway.origin}/feeds/inventory`, {
      method: 'POST',
      headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'text/csv', prefer: 'wait=30' },
      body: `sku_id,quantity_in_stock\n${lines.join('\n')}\n`,
    });
    expect(answer.status).toBe(200);
    board = await openBoard(stage);
    await signIn(board);
    await board.page.getByRole('link', { name: 'Activity' }).click();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const notice = () => board.page.locator('.notice').innerText();
  const items = () => board.page.getByRole('list', { name: 'Activity' }).locator(':scope > li');

  test('a group of more than 10,000 changes names who undoes it', async () => {
    const { page } = board;
    await page.route('**/board/graphql', async (route, request) => {
      if (!request.postData()?.includes('BoardActivity')) return route.continue();
      const response = await route.fetch();
      const json = (await response.json()) as AnswerOfActivity;
      const group = json.data.inventoryChangeGroups.nodes.find(({ changeCount }) => changeCount === 12);
      Object.assign(group ?? {}, { changeCount: 10_001, changeCountIsAtLeast: 10_001 });
      return route.fulfill({ response, json });
    });
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Inventory file');
    const large = items().filter({ hasText: '10,001 changes' });
    const undo = large.getByRole('button', { name: 'Undo group' });
    await undo.waitFor();
    expect(await undo.isDisabled()).toBe(true);
    expect(await undo.getAttribute('title')).toMatch(/operator.*stockgate import undo [-0-9a-f]{36}/);
    await page.unroute('**/board/graphql');
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Source: all');
  });

  test('what is refused is told, and breaks nothing: changes of a group, an impossible date, a chart that is gone', async () => {
    const { page, context } = board;
    const crashes: string[] = [];
    page.on('pageerror', (error) => crashes.push(String(error)));
    await expect.poll(() => items().count(), patience).toBe(1);
    await page.route('**/board/graphql', (route, request) =>
      request.postData()?.includes('BoardGroupChanges')
        ? route.fulfill({ json: { errors: [{ message: 'Not today.' }] } })
        : route.continue(),
    );
    await items().first().getByRole('button', { name: 'Show changes' }).click();
    await expect.poll(notice, patience).toContain('Not today.');
    await page.unroute('**/board/graphql');
    await items().first().getByRole('button', { name: 'Show changes' }).click();
    await items().first().getByRole('table').waitFor();

    await page.getByLabel('From', { exact: true }).fill('12345-01-01T00:00');
    await page.getByLabel('From', { exact: true }).blur();
    await expect.poll(notice, patience).toContain('Give a year of four digits.');
    expect(await items().count()).toBe(1);
    await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Undo');
    await page.getByText('No change matches.').waitFor();

    await context.route('**/uPlot*', (route) => route.abort());
    const upgraded = await openTab(context, `${stage.gateway.origin}/board/`);
    upgraded.page.on('pageerror', (error) => crashes.push(String(error)));
    await upgraded.page
      .getByRole('row')
      .filter({ hasText: nameOf(1) })
      .getByRole('button', { name: 'History' })
      .click();
    await upgraded.page.getByText('The chart could not be loaded.').waitFor();
    expect(await upgraded.page.getByRole('button', { name: 'Undo this' }).count()).toBeGreaterThan(0);
    await upgraded.page.close();
    expect(crashes).toEqual([]);
  });
});
