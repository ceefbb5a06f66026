/** The page of operations has all of them, runs no script, loads nothing, and can be read by everybody. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { version } from '../../src/cli/version.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { schema } from '../../src/schema/index.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { lacksBrowser, launchBrowser } from '../support/machine/browser.ts';

const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
let gateway: Gateway;
let page: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  page = (await gateway.server.inject({ method: 'GET', url: '/docs' })).payload;
});
afterAll(() => gateway.close());

test('every operation and every type has its place, and every link leads to one', () => {
  const places = new Set(Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
  const links = Array.from(page.matchAll(/ href="#([^"]+)"/g), ([, id]) => id);
  expect(links.filter((id) => !places.has(id))).toEqual([]);
  const types = Object.keys(schema.getTypeMap()).filter(
    (name) => !/^(?:__|Query$|Mutation$|Subscription$)/.test(name),
  );
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {}).map(
    (name) => `Mutation.${name}`,
  );
  const { paths, webhooks } = openApiDocument(version) as Record<string, Record<string, object>>;
  const calls = Object.values({ ...paths, ...webhooks }).flatMap(
    (methods) => Object.values(methods) as { operationId: string }[],
  );
  const due = [...types, ...mutations, ...calls.map(({ operationId }) => operationId)];
  expect(due.length).toBeGreaterThan(80);
  expect(due.filter((id) => !places.has(id))).toEqual([]);
  expect(places.size).toBe(Array.from(page.matchAll(/ id="/g)).length);
});

test('nothing in it runs or is loaded, and it says nothing of a supplier', async () => {
  expect(page).not.toMatch(/<script|<link|<img|javascript:|(?:src|href)="(?![#/])|\son\w+=/i);
  const { headers } = await gateway.server.inject({ method: 'GET', url: '/docs' });
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(page).not.toMatch(/acme|rival/);
});

describe.skipIf(lacksBrowser)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchBrowser()));
  afterAll(() => browser.close());

  test.each([1200, 360])(
    '%s pixels wide: in its style, without a complaint, and without anything for axe to find',
    async (width) => {
      const tab = await browser.newPage({ viewport: { width, height: 800 } });
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      await tab.goto(`${await gateway.listen()}/docs`);
      const seen = await tab.evaluate(() => ({
        isWide: document.documentElement.scrollWidth > globalThis.innerWidth,
        font: getComputedStyle(document.body).fontFamily,
      }));
      expect({ complaints, ...seen }).toMatchObject({
        complaints: [],
        isWide: false,
        font: 'system-ui, sans-serif',
      });
      await tab.evaluate(axe);
      const violations = await tab.evaluate(async () => {
        const { axe: tool } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await tool.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
      await tab.close();
    },
  );
});
