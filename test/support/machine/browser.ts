/** A real browser for tests of the GraphiQL page. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const required = process.env['STOCKGATE_TEST_REQUIRE'] === 'all';
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(
  (path) => existsSync(path),
);

/** Whether to skip tests of the page. With STOCKGATE_TEST_REQUIRE=all they fail instead if there is no browser. */
export const lacksBrowser = !required && !executablePath;

/** Options for `expect.poll`. They are generous, because a busy machine renders slowly. */
export const patience = { timeout: 20_000, interval: 100 };

export async function launchBrowser(): Promise<Browser> {
  if (!executablePath) throw new Error('Chromium is required, and not found here.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
}

/** GraphiQL in a browser page, as a user sees it. */
export interface GraphiqlWindow {
  readonly page: Page;
  /** Errors of the browser's console, including violations of the page's Content-Security-Policy. */
  readonly complaints: string[];
  /** URLs of all requests. */
  readonly requested: string[];
  /** Bodies of all requests except introspection. */
  readonly sent: string[];
  query(): Promise<string>;
  run(): Promise<void>;
  result(): Promise<string>;
  headers(): Promise<string>;
}

/** Opens the URL. Resolves when the editor is visible and the introspection request is answered. */
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
  // Monaco renders each space as a no-break space.
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
