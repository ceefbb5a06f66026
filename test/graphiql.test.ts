/** GraphiQL as a person finds it: the demo in a real browser, with no network beyond this machine. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type RunningGateway } from './process.ts';

const required = process.env['STOCKGATE_TEST_REQUIRE'] === 'all';
const browsers = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
const executablePath = browsers.find((path) => existsSync(path));

describe.skipIf(!required && !executablePath)('GraphiQL of the demo', () => {
  let folder: string;
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  const requested: string[] = [];

  beforeAll(async () => {
    if (!executablePath) throw new Error('Chromium is required, and not found here.');
    folder = mkdtempSync(join(tmpdir(), 'stockgate-graphiql-'));
    gateway = await startGateway(`sqlite:${join(folder, 'stockgate.db')}`, '--demo');
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`${gateway.origin}/graphql`);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('runs the prefilled mutation with the prefilled token, and shows what became of it', async () => {
    await run();
    await expect.poll(result).toContain('"outcome": "APPLIED"');
    expect(await result()).toContain('"quantityInStock": 3');
  });

  test('has a tab for a refused update, and one that reads', async () => {
    await openTab('UpdateAmbiguous');
    await expect.poll(runAgain, patience).toContain('"AMBIGUOUS_IDENTIFIER"');
    await openTab('ReadSku');
    await expect.poll(runAgain, patience).toContain('"availability": "IN_STOCK"');
  });

  test('asks for nothing off this machine', () => {
    const foreign = requested.filter((url) => !/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(url));
    expect(requested.length).toBeGreaterThan(2);
    expect(foreign).toEqual([]);
  });

  const openTab = async (name: string) => {
    const showTab = async () => {
      await page.getByRole('tab', { name }).click();
      return page.locator('.graphiql-query-editor').innerText();
    };
    await expect.poll(showTab, patience).toContain(name);
  };
  /** For a moment after a tab is opened, the button still means the operation of the one before. */
  const runAgain = async () => {
    await run();
    await page.waitForTimeout(300);
    return result();
  };
  const patience = { timeout: 10_000, interval: 200 };
  const run = () => page.getByRole('button', { name: /execute query/i }).click();
  const result = async () => (await page.locator('.result-window').innerText()).replaceAll('\u00a0', ' ');
});
