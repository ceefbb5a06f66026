/** The stock board in a browser, as a user sees it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { CatalogRow } from '../../../src/domain/catalog.ts';
import { CLIENT_TOKEN, seedDatabase } from '../mutations.ts';
import { launchBrowser } from './browser.ts';
import { startGateway, type RunningGateway } from './process.ts';

/** A gateway with these SKUs of one supplier, and a browser. Both end with it. */
export interface BoardStage extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly browser: Browser;
  readonly database: string;
  /** Ends the gateway at once, and starts it again on the same port. */
  killAndStart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function openBoardStage(rows: readonly CatalogRow[], ...flags: string[]): Promise<BoardStage> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-board-'));
  const database = `sqlite:${join(folder, 'stockgate.db')}`;
  await seedDatabase(database, rows);
  let gateway = await startGateway(database, '--rate-limit', '0', ...flags);
  const { port } = gateway;
  const browser = await launchBrowser();
  const start = async () => {
    gateway = await startGateway(database, '--rate-limit', '0', ...flags, '--port', port);
  };
  return {
    get gateway() {
      return gateway;
    },
    browser,
    database,
    kill: async () => void (await gateway.stop('SIGKILL')),
    start,
    killAndStart: async () => {
      await gateway.stop('SIGKILL');
      await start();
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await gateway.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface BoardWindow {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the console, violations of the page's Content-Security-Policy among them. */
  readonly complaints: string[];
  /** URLs of all requests. */
  readonly requested: string[];
  cell(skuId: string, column: string): Locator;
  /** What the cell shows, without marks. */
  shown(skuId: string, column: string): Promise<string>;
}

/** Opens the board in a browser of its own: its cookies and its storage are shared with nobody. */
export async function openBoard(
  { browser, gateway }: Pick<BoardStage, 'browser' | 'gateway'>,
  options: BrowserContextOptions = {},
): Promise<BoardWindow> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  return openTab(context, `${gateway.origin}/board/`);
}

/** Opens another tab of the same browser. */
export async function openTab(context: BrowserContext, url: string): Promise<BoardWindow> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(url);
  const cell = (skuId: string, column: string) =>
    page
      .getByRole('row')
      .filter({ has: page.getByRole('gridcell', { name: `SKU ${skuId}`, exact: true }) })
      .getByRole('gridcell', { name: new RegExp(`^${column} ?`) });
  return {
    ...{ context, page, complaints, requested, cell },
    shown: async (skuId, column) => (await cell(skuId, column).locator('.value').innerText()).trim(),
  };
}

/** Signs in by the form. Resolves once the grid has its rows: before that, keys have no cell to go to and changes no row to show in. */
export async function signIn({ page }: BoardWindow, token = CLIENT_TOKEN): Promise<void> {
  await page.getByRole('textbox', { name: 'Token' }).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('grid', { name: 'SKUs' }).and(page.locator('[aria-busy=false]')).waitFor();
}

/** Ends the session just before the page sends its next edit: what the page reads by itself must not be the first to find it. */
export async function endSessionAtNextEdit({ context, page }: BoardWindow): Promise<void> {
  let isEnded = false;
  await page.route('**/board/graphql', async (route) => {
    if (!isEnded && route.request().postData()?.includes('BoardUpdateSku')) {
      isEnded = true;
      await context.clearCookies();
    }
    await route.continue();
  });
}

/** What somebody else changes, by the legacy path. */
export async function changeElsewhere(
  { gateway }: Pick<BoardStage, 'gateway'>,
  fields: Record<string, unknown>,
): Promise<void> {
  const answer = await fetch(`${gateway.origin}/timp/products/skus/inventory/`, {
    method: 'POST',
    headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** What is stored of the SKU. */
export async function storedSku(
  { gateway }: Pick<BoardStage, 'gateway'>,
  skuId: string,
  token = CLIENT_TOKEN,
) {
  const query = `query ($skuId: String!) { sku(by: { skuId: $skuId }) {
    quantityInStock quantityOnBackorder restrictions version lastChange { reason source } } }`;
  const answer = await fetch(`${gateway.origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { skuId } }),
  });
  const { data } = (await answer.json()) as { data: { sku: StoredSku } };
  return data.sku;
}

interface StoredSku {
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  readonly restrictions: string | null;
  readonly version: number;
  readonly lastChange: { readonly reason: string | null; readonly source: string } | null;
}
