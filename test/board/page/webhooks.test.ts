/** Webhooks on the board: the whole life of one with a real receiver, and the mark of one that stopped. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  changeElsewhere,
  openBoard,
  openBoardStage,
  signIn,
  type BoardStage,
  type BoardWindow,
} from '../../support/machine/board-window.ts';
import { lacksBrowser, patience } from '../../support/machine/browser.ts';
import { openReceiver, type Receiver } from '../../webhook/receiver.ts';
import { MANAGER, saveManager } from './webhook-manager.ts';

/** What a receiver could answer to do harm on the page. */
const HTML = `<b id="harm">bold</b><img src="/x" onerror="document.title = 'harm'"><script>document.title = 'harm'</script>\u202e${'.'.repeat(1_500)}`;

describe.skipIf(lacksBrowser)('Webhooks on the board', { timeout: 90_000 }, () => {
  let stage: BoardStage;
  let board: BoardWindow;
  let receiver: Receiver;
  beforeAll(async () => {
    stage = await openBoardStage([{ skuId: 'cup' }, { skuId: 'pot' }], '--webhook-allow', '127.0.0.0/8');
    await saveManager(stage.database);
  });
  afterAll(() => stage[Symbol.asyncDispose]());
  beforeEach(async () => {
    receiver = await openReceiver();
    board = await openBoard(stage);
    await signIn(board, MANAGER);
    await board.page.getByRole('link', { name: 'Webhooks' }).click();
    await board.page.getByText('There is no webhook yet.').waitFor();
  });
  afterEach(async () => {
    await item().getByRole('button', { name: 'Delete' }).click();
    await press('Delete');
    await board.page.getByText('There is no webhook yet.').waitFor();
    await board.context.close();
    receiver.close();
  });

  let quantity = 0;
  const change = (sku_id = 'cup') => changeElsewhere(stage, { sku_id, quantity_in_stock: ++quantity });
  const dialog = () => board.page.getByRole('dialog');
  const item = () => board.page.getByRole('region', { name: receiver.url });
  const attempts = () =>
    board.page.getByRole('list', { name: `Attempts of ${receiver.url}` }).locator('> li');
  const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click();
  const act = (name: string) => item().getByRole('button', { name, exact: true }).click();
  const shows = async (text: string | RegExp) => {
    await expect.poll(() => item().innerText(), patience).toEqual(expect.stringMatching(text));
  };
  const newestShows = async (text: RegExp) => {
    await expect.poll(() => attempts().first().innerText(), patience).toEqual(expect.stringMatching(text));
  };
  const positions = () => receiver.verified.flatMap((message) => message.positions);
  const focused = () => board.page.evaluate(() => document.activeElement?.textContent);
  const readSecret = async () => {
    const secret = await dialog().getByLabel('Secret', { exact: true }).inputValue();
    await board.page.getByText('It is not shown again.').waitFor();
    await board.page.keyboard.press('Escape');
    return secret;
  };
  const add = async (skuIds = '') => {
    await board.page.getByRole('button', { name: 'Add webhook' }).click();
    await dialog().getByLabel('URL of the program that is told').fill(receiver.url);
    await dialog().getByLabel('Only of these SKUs').fill(skuIds);
    await press('Add');
    receiver.secret = await readSecret();
    await item().waitFor();
  };

  test('one is added, told of changes, pinged, disabled, enabled, edited and given a new secret', async () => {
    const { page } = board;
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await dialog().getByLabel('URL of the program that is told').fill('shop.example.com');
    await press('Add');
    const refusal = () => dialog().getByRole('alert').innerText();
    await expect.poll(refusal, patience).toMatch(/^Give a whole URL/);
    const url = dialog().getByLabel('URL of the program that is told', { exact: true });
    const message = await dialog().getByRole('alert').getAttribute('id');
    expect(await url.getAttribute('aria-describedby')).toBe(message);
    const edge = (field: typeof url) =>
      field.evaluate((element) => {
        const { borderTopWidth: width, borderTopColor: color } = getComputedStyle(element);
        return {
          width,
          isOfMessage: color === getComputedStyle(document.querySelector('.fault') ?? element).color,
        };
      });
    expect(await edge(url)).toEqual({ width: '2px', isOfMessage: true });
    expect(await edge(dialog().getByLabel('Only of these SKUs'))).toEqual({
      width: '1px',
      isOfMessage: false,
    });
    await url.fill('https://10.0.0.1/');
    await press('Add');
    await expect.poll(refusal, patience).toMatch(/--webhook-allow/);
    const option = dialog().getByRole('alert').getByText('--webhook-allow', { exact: true });
    expect(await option.evaluate((element) => getComputedStyle(element).whiteSpace)).toBe('nowrap');
    await dialog().getByLabel('URL of the program that is told').fill(receiver.url);
    await dialog().getByLabel('Only of these SKUs').fill('x\n'.repeat(101));
    await press('Add');
    await expect.poll(refusal, patience).toBe('This must have at most 100 items.');
    expect(await dialog().getByLabel('Only of these SKUs').getAttribute('aria-invalid')).toBe('true');
    expect(await url.getAttribute('aria-describedby')).toBeNull();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Add webhook');

    await add('cup\n\n');
    expect(await page.content()).not.toContain(receiver.secret);
    await shows(/Not tried yet[^]*Only changes of cup\.[^]*Never/);
    await change('pot');
    await change();
    await act('Show attempts');
    await newestShows(/^Accepted, status 204\n.* ms, change \d+\nSend again from here$/);
    expect(receiver.verified).toHaveLength(1);
    await shows(/Not accepted yet\s+Nothing/);

    await act('Send a ping');
    await newestShows(/^Accepted, status 204\n.* a ping$/);
    expect(receiver.verified[1]?.type).toBe('webhook.ping');

    await act('Disable');
    await shows(/Disabled since .*\. Somebody disabled it\./);
    // The keyboard stays where it was, though the page is read anew meanwhile.
    expect(await focused()).toBe('Enable');
    await change();
    await shows(/Not accepted yet\s+1 change$/m);
    expect(receiver.verified).toHaveLength(2);
    await page.keyboard.press('Enter');
    await shows(/Works[^]*Not accepted yet\s+Nothing/);
    expect(receiver.verified).toHaveLength(3);

    await act('Edit');
    expect(await dialog().getByLabel('Only of these SKUs').inputValue()).toBe('cup');
    await dialog().getByLabel('Only of these SKUs').fill('');
    await dialog().getByLabel('Undo').check();
    await press('Save');
    await shows('Only changes by way of Undo.');
    await act('Edit');
    await dialog().getByLabel('Undo').uncheck();
    await press('Save');
    await shows('All changes.');

    await act('New secret');
    await dialog().getByText('For 24 hours the present one signs too').waitFor();
    await press('Make a new secret');
    const second = await readSecret();
    await shows(/Old secret\s+Signs too until /);
    // Either secret verifies what is sent now.
    for (const [messages, secret] of [
      [4, receiver.secret],
      [5, second],
    ] as const) {
      receiver.secret = secret;
      await change('pot');
      await expect.poll(() => receiver.verified.length, patience).toBe(messages);
    }
    expect(receiver.refused).toEqual([]);
    expect(board.complaints).toEqual([]);
  });

  test('a failure is retried, told with its answer as text, and tried at once when asked', async () => {
    await add();
    receiver.answer = (response) => void response.writeHead(503, { 'content-type': 'text/html' }).end(HTML);
    await change();
    await shows(/Retrying since .*\. Next attempt at .*\./);
    await act('Show attempts');
    await newestShows(/^Refused, status 503\n/);
    // What was not accepted is sent again anyway.
    expect(await attempts().first().getByRole('button').count()).toBe(0);
    await attempts().first().getByText('Answer:').click();
    const text = await attempts().first().locator('pre').innerText();
    expect(HTML.startsWith(text.slice(0, 900))).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_024);
    expect(await board.page.locator('#harm, main img, main script').count()).toBe(0);
    expect(await board.page.title()).toBe('Stock board');

    receiver.answer = (response) => void response.writeHead(200).end();
    await act('Try now');
    await shows('Works');
    await expect.poll(focused, patience).toBe(receiver.url);
    expect(new Set(receiver.verified.map(({ id }) => id)).size).toBe(1);
    expect(board.requested.filter((url) => url.endsWith('/x'))).toEqual([]);
  });

  test('one whose last attempt failed does not work, though it was a ping', async () => {
    await add();
    await shows(/Not tried yet[^]*Accepted last\s+Never/);
    await act('Send a ping');
    await shows(/Works\. It accepted a ping, and no change yet\.[^]*Accepted last\s+Never/);
    receiver.answer = (response) => void response.writeHead(500).end();
    await act('Send a ping');
    await shows(/Last ping failed\. Refused, status 500\./);
    expect(await item().innerText()).not.toContain('Works');
  });

  test('changes are sent again from an attempt, and from a change in the activity', async () => {
    const { page } = board;
    await add();
    for (const n of [1, 2, 3]) {
      await change();
      await expect.poll(() => positions().length, patience).toBe(n);
    }
    const [first = 0, second = 0, third = 0] = positions();
    await shows(/Not accepted yet\s+Nothing/);
    await act('Show attempts');
    await expect.poll(() => attempts().count(), patience).toBe(3);
    await attempts().nth(1).getByRole('button', { name: 'Send again from here' }).click();
    await dialog().getByText(`From change ${second} (`).waitFor();
    await page.keyboard.press('Escape');
    expect(positions()).toHaveLength(3);
    await attempts().nth(1).getByRole('button', { name: 'Send again from here' }).click();
    await press('Send 2 changes again');
    await expect.poll(positions, patience).toEqual([first, second, third, second, third]);
    expect(new Set(receiver.verified.map(({ id }) => id)).size).toBe(receiver.verified.length);

    await act('Disable');
    await shows('Disabled');
    await change();
    await page.getByRole('link', { name: 'Activity' }).click();
    const again = page
      .getByRole('list', { name: 'Activity' })
      .getByRole('button', { name: 'Send again from here' });
    await expect.poll(() => again.count(), patience).toBeGreaterThan(3);
    await again.first().click();
    await dialog()
      .getByText('has not accepted this change yet. It will be sent anyway once you enable the webhook.')
      .waitFor();
    expect(await dialog().getByRole('button', { name: 'Send again', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await again.nth(3).click();
    await dialog().getByText('It is disabled. They are sent once you enable it.').waitFor();
    await press('Send 3 changes again');
    await expect.poll(() => page.locator('.notice').innerText(), patience).toContain('are sent');
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await shows(/Not accepted yet\s+4 changes/);
    await act('Enable');
    await expect
      .poll(positions, patience)
      .toEqual([first, second, third, second, third, first, second, third, third + 1]);
  });

  test('one that its receiver stopped has a mark on every page, until somebody has seen to it', async () => {
    const { page } = board;
    const mark = page.getByRole('link', { name: '1 webhook has stopped' });
    await add();
    receiver.answer = (response) => void response.writeHead(410).end('moved');
    await change();
    await mark.waitFor();
    await shows(/Disabled since .*\. The receiver answered 410/);
    for (const name of ['Stock', 'Activity']) {
      await page.getByRole('link', { name }).click();
      await mark.waitFor();
    }
    await page.reload();
    await mark.click();
    await newestShows(/^Refused for good, status 410\n/);
    await act('Leave it disabled');
    await mark.waitFor({ state: 'detached' });
    await shows('Somebody disabled it.');
    await expect.poll(focused, patience).toBe(receiver.url);
  });

  test('a new one is asked for once, though its answer was lost', async () => {
    const { page } = board;
    let sent = 0;
    await page.route('**/board/graphql', async (route) => {
      if (route.request().postData()?.includes('BoardCreateWebhook') !== true) return route.continue();
      sent++;
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await dialog().getByLabel('URL of the program that is told').fill(receiver.url);
    await press('Add');
    await expect
      .poll(() => dialog().getByRole('alert').innerText(), patience)
      .toBe('The gateway cannot be reached. Look at the list before you try again: it may be done.');
    await page.keyboard.press('Escape');
    await item().waitFor();
    expect(sent).toBe(1);
  });

  test('the page asks by itself, as long as it is seen and no oftener than it must', async () => {
    const { page } = board;
    await add();
    const asked: { readonly what: string; readonly byItself: string | undefined }[] = [];
    page.on('request', (request) => {
      const [, what = ''] = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '') ?? [];
      if (what !== '') asked.push({ what, byItself: request.headers()['x-board-by-itself'] });
    });
    const watch = async (ms: number) => {
      asked.length = 0;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return asked;
    };
    const seen = await watch(5_000);
    expect(new Set(seen.map(({ what, byItself }) => `${what} ${byItself}`))).toEqual(
      new Set(['BoardWebhooks true']),
    );
    expect(seen.length).toBeLessThanOrEqual(3);
    const turn = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await turn(true);
    await watch(2_500);
    expect(await watch(2_500)).toEqual([]);
    await turn(false);
    await expect.poll(() => asked.length, patience).toBeGreaterThan(0);
  });
});

test.skipIf(lacksBrowser)(
  'who may not manage webhooks sees nothing of them, and asks for nothing',
  { timeout: 60_000 },
  async () => {
    await using stage = await openBoardStage([{ skuId: 'cup' }]);
    const board = await openBoard(stage);
    const { page } = board;
    const sent: (string | null)[] = [];
    page.on('request', (request) => sent.push(request.postData()));
    await signIn(board);
    await changeElsewhere(stage, { sku_id: 'cup', quantity_in_stock: 1 });
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('button', { name: 'Undo this' }).waitFor();
    expect(await page.content()).not.toMatch(/webhook|send again/i);
    await page.goto(`${stage.gateway.origin}/board/webhooks`);
    await board.cell('cup', 'In stock').waitFor();
    expect(new URL(page.url()).pathname).toBe('/board/');
    expect(await page.content()).not.toMatch(/webhook/i);
    expect(sent.filter((body) => /webhook/i.test(body ?? ''))).toEqual([]);
    await board.context.close();
  },
);

test.skipIf(lacksBrowser)(
  'a page of webhooks goes to the stock when somebody signs in who may not manage them',
  { timeout: 60_000 },
  async () => {
    await using stage = await openBoardStage([{ skuId: 'cup' }]);
    await saveManager(stage.database);
    const board = await openBoard(stage);
    const { context, page } = board;
    await signIn(board, MANAGER);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await context.clearCookies();
    // The page asks by itself, and so finds out.
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await signIn(board);
    expect(new URL(page.url()).pathname).toBe('/board/');
    expect(await page.getByText(/webhook/i).count()).toBe(0);
  },
);
