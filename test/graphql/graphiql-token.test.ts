/** GraphiQL outside of the demo: it says where the token goes, works with it, and keeps it nowhere. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  launchBrowser,
  lacksBrowser,
  openGraphiql,
  patience,
  type GraphiqlWindow,
} from '../support/machine/browser.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

describe.skipIf(lacksBrowser)('GraphiQL with a token that a person types', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let gateway: RunningGateway;
  let browser: Browser;
  let shown: GraphiqlWindow;
  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    await seedDatabase(database.url, [{ skuId: 'first-of-all', quantityInStock: 4 }]);
    gateway = await startGateway(database.url, '--log-level', 'warn');
    browser = await launchBrowser();
    shown = await openGraphiql(browser, `${gateway.origin}/graphql`);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.stop();
    await database.remove();
  });

  /** All that the browser keeps for this origin. */
  const kept = () =>
    shown.page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]));

  test('it says where the token goes', async () => {
    await expect.poll(shown.headers, patience).toContain('Bearer YOUR_TOKEN');
    expect(await shown.query()).toContain('in place of YOUR_TOKEN');
  });

  test('it works with the token', async () => {
    await shown.page.locator('.graphiql-editor-tool .monaco-editor').last().click();
    // The last word of the second line, within its quotes.
    for (const key of ['Control+Home', 'ArrowDown', 'End', 'ArrowLeft', 'Control+Shift+ArrowLeft'])
      await shown.page.keyboard.press(key);
    await shown.page.keyboard.insertText(CLIENT_TOKEN);
    await expect.poll(shown.headers, patience).toContain(`"Bearer ${CLIENT_TOKEN}"`);
    await shown.page.getByRole('button', { name: /re-fetch/i }).click();
    await expect
      .poll(async () => {
        await shown.run();
        await shown.page.waitForTimeout(300);
        return shown.result();
      }, patience)
      .toContain('"skuId": "first-of-all"');
  });

  test('neither while it is used nor after a reload does the browser keep it', async () => {
    // The tabs are kept, some time after they changed: with them the token would be.
    await expect.poll(kept, patience).toContain('FirstSkus');
    expect(await kept()).not.toContain(CLIENT_TOKEN);
    await shown.page.reload();
    await shown.page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await expect.poll(shown.headers, patience).toContain('Bearer YOUR_TOKEN');
    expect(await kept()).not.toContain(CLIENT_TOKEN);
  });
});
