/** A real browser for tests of the page, with no network beyond this machine. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const required = process.env['STOCKGATE_TEST_REQUIRE'] === 'all';
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(
  (path) => existsSync(path),
);

/** Tests of the page are skipped where there is none, unless everything is required. */
export const lacksBrowser = !required && !executablePath;

/** For `expect.poll`: a loaded machine is slow to draw. */
export const patience = { timeout: 20_000, interval: 100 };

export async function launchBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('Chromium is required, and not found here.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
}

/** GraphiQL in a page, as a person sees and uses it. */
export interface GraphiqlWindow {
  readonly page: Page;
  /** What the browser complained of: errors, and what the page's policy forbade. */
  readonly complaints: string[];
  /** Addresses asked for. */
  readonly requested: string[];
  /** Bodies sent, but for the ones that ask for the schema. */
  readonly sent: string[];
  query(): Promise<string>;
  run(): Promise<void>;
  result(): Promise<string>;
  headers(): Promise<string>;
}

/** Opens the address, and waits until the editor is there and the schema asked for. */
export async function openGraphiql(browser: Browser, url: string, width = 1400): Promise<GraphiqlWindow> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  const complaints: string[] = [];
  const requested: string[] = [];
  const sent: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    requested.push(request.url());
    const body = request.postData();
    if (body !== null && !body.includes('IntrospectionQuery')) sent.push(body);
  });
  await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.goto(url),
  ]);
  const editor = page.locator('.graphiql-query-editor');
  await editor.locator('.view-line').first().waitFor();
  // Monaco draws a blank as a no-break space.
  const textOf = async (text: Promise<string>) => (await text).replaceAll('\u00a0', ' ');
  return {
    page,
    complaints,
    requested,
    sent,
    query: () => textOf(editor.innerText()),
    run: () => page.getByRole('button', { name: /execute query/i }).click(),
    headers: () => textOf(page.locator('.graphiql-editor-tool .monaco-editor').last().innerText()),
    result: () => textOf(page.locator('.result-window').innerText()),
  };
}
