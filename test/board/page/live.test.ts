/** The board is live: what others change shows in under a second, in every tab, and after the gateway or the network was gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/db/store/open-store.ts';
import {
  changeElsewhere,
  openBoard,
  openBoardStage,
  openTab,
  signIn,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { indices } from '../../support/range.ts';
import { loseCommits } from '../../support/stores/lose-commits.ts';

const skus = indices(30).map((n) => ({ skuId: `lamp-${String(n).padStart(2, '0')}`, quantityInStock: 1 }));

describe.skipIf(lacksBrowser)('The live board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  beforeAll(async () => {
    stage = await openBoardStage(skus, '--metrics', 'on');
    board = await openBoard(stage);
    await signIn(board);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const status = ({ page }: BoardWindow) => page.getByRole('status', { name: 'Live' }).innerText();

  test('shows what the legacy path changed, and lets it glow once', async () => {
    await expect.poll(() => status(board), patience).toBe('live');
    await board.page.evaluate(noteGlows);
    await changeElsewhere(stage, { sku_id: 'lamp-03', quantity_in_stock: 0 });
    await expect.poll(() => board.shown('lamp-03', 'In stock'), patience).toBe('0');
    expect(await board.shown('lamp-03', 'Availability')).toBe('Out of stock');
    expect(await board.shown('lamp-03', 'Last change')).toContain('clients');
    await expect.poll(() => board.page.title(), patience).toBe('glow 5');
  });

  test('lets it glow too where the page has read it before the stream tells it', async () => {
    const second = await openBoard(stage);
    await second.page.evaluate(noteGlows);
    let reads = 0;
    await second.page.route('**/board/graphql', async (route) => {
      const isRead = route.request().postData()?.includes('query BoardSkus') && ++reads > 1;
      if (!isRead) return route.continue();
      const response = await route.fetch();
      const json = (await response.json()) as { data: { skus: { nodes: Record<string, unknown>[] } } };
      Object.assign(json.data.skus.nodes[12] ?? {}, { quantityInStock: 120, version: 9 });
      return route.fulfill({ response, json });
    });
    await signIn(second);
    await expect.poll(() => second.shown('lamp-12', 'In stock'), patience).toBe('120');
    await expect.poll(() => second.page.title(), patience).toBe('glow 14');
    await second.context.close();
  });

  test('shows it in every tab, over one stream for all of them', async () => {
    const url = `${stage.gateway.origin}/board/`;
    const second = await openTab(board.context, url);
    await second.page.getByRole('grid', { name: 'SKUs' }).waitFor();
    await expect.poll(() => status(second), patience).toBe('live');
    await changeElsewhere(stage, { sku_id: 'lamp-04', quantity_in_stock: 44 });
    for (const tab of [board, second])
      await expect.poll(() => tab.shown('lamp-04', 'In stock'), patience).toBe('44');
    await expect.poll(() => openStreams(stage), patience).toBe(1);
    await second.page.close();
    await changeElsewhere(stage, { sku_id: 'lamp-05', quantity_in_stock: 45 });
    await expect.poll(() => board.shown('lamp-05', 'In stock'), patience).toBe('45');
  });

  test('goes on behind the last change that it has seen, after the gateway was killed', async () => {
    const told = await board.page.evaluateHandle(() => {
      const words: string[] = [];
      const live = document.querySelector('[role=status][aria-label=Live]');
      const note = () => words.push(live?.textContent ?? '');
      new MutationObserver(note).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      return words;
    });
    await stage.kill();
    await expect.poll(() => status(board), patience).toBe('offline');
    await stage.start();
    // Two changes before the page is back: it reads what it has missed, and then what follows.
    await changeElsewhere(stage, { sku_id: 'lamp-06', quantity_in_stock: 66 });
    await changeElsewhere(stage, { sku_id: 'lamp-07', quantity_in_stock: 77 });
    await expect.poll(() => status(board), patience).toBe('live');
    await expect.poll(() => board.shown('lamp-06', 'In stock'), patience).toBe('66');
    await expect.poll(() => board.shown('lamp-07', 'In stock'), patience).toBe('77');
    await changeElsewhere(stage, { sku_id: 'lamp-08', quantity_in_stock: 88 });
    await expect.poll(() => board.shown('lamp-08', 'In stock'), patience).toBe('88');
    const words = (await told.jsonValue()).filter((word, i, all) => word !== all[i - 1]);
    expect(words.join()).toMatch(/^(?:live,)?offline,(?:catching up,)?live$/);
  });

  test('shows what was changed between two sessions', async () => {
    await board.context.clearCookies();
    await board.page.getByRole('searchbox', { name: 'Search' }).fill('lamp-1');
    await board.page.getByRole('textbox', { name: 'Token' }).waitFor();
    await changeElsewhere(stage, { sku_id: 'lamp-10', quantity_in_stock: 110 });
    await signIn(board);
    await expect.poll(() => board.shown('lamp-10', 'In stock'), patience).toBe('110');
    await expect.poll(() => status(board), patience).toBe('live');
  });

  test('is live again while others go on changing, however many they are', async () => {
    let goesOn = true;
    const others = (async () => {
      for (let n = 0; goesOn; n++)
        await changeElsewhere(stage, { sku_id: 'lamp-20', quantity_in_stock: n % 7 }).catch(() => {});
    })();
    await stage.killAndStart();
    await expect.poll(() => status(board), patience).toBe('live');
    goesOn = false;
    await others;
  });

  test('reads anew after the store lost changes, and says so', async () => {
    await changeElsewhere(stage, { sku_id: 'lamp-11', quantity_in_stock: 21 });
    await changeElsewhere(stage, { sku_id: 'lamp-11', quantity_in_stock: 22 });
    await expect.poll(() => board.shown('lamp-11', 'In stock'), patience).toBe('22');
    const store = await openStore(stage.database);
    const supplier = await store.db.selectFrom('supplier').selectAll().executeTakeFirstOrThrow();
    await loseCommits(store, supplier.supplier_id, supplier.last_position - 1);
    await store.close();
    await board.page.getByText('its last changes are gone').waitFor();
    await expect.poll(() => board.shown('lamp-11', 'In stock'), patience).toBe('21');
    await expect.poll(() => status(board), patience).toBe('live');
    // The version of the lost change is given again.
    await changeElsewhere(stage, { sku_id: 'lamp-11', quantity_in_stock: 23 });
    await expect.poll(() => board.shown('lamp-11', 'In stock'), patience).toBe('23');
  });

  test('does not glow for those who want no motion', async () => {
    const calm = await openBoard(stage, { reducedMotion: 'reduce' });
    await signIn(calm);
    await expect.poll(() => status(calm), patience).toBe('live');
    await changeElsewhere(stage, { sku_id: 'lamp-09', quantity_in_stock: 99 });
    await expect.poll(() => calm.shown('lamp-09', 'In stock'), patience).toBe('99');
    const animations = await calm.page.evaluate(() => document.getAnimations().length);
    expect(animations).toBe(0);
    await calm.context.close();
  });
});

/** Lets the page's title tell the row that glowed last. So a test sees a glow that is over when it looks. */
function noteGlows(): void {
  document.addEventListener('animationstart', ({ animationName, target }) => {
    const row = target instanceof HTMLElement ? target.closest('[role=row]') : null;
    document.title = `${animationName} ${row?.getAttribute('aria-rowindex')}`;
  });
}

/** Streams that the gateway says are open. */
async function openStreams({ gateway }: BoardStage): Promise<number> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  const [, count] = /^stockgate_live_streams(?:\{[^}]*\})? (\d+)$/m.exec(text) ?? [];
  return Number(count);
}
