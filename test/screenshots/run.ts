/** Takes the pictures of README and docs/board.md: `npm run screenshots`. The demo's board, in light and in dark. */
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../support/machine/browser.ts';
import { startGateway } from '../support/machine/process.ts';
import { createSqliteDatabase } from '../support/stores/databases.ts';

const DEMO_SUPPLIER_TOKEN = '1083e3ec5c40b36fd663ba925bc8d864061463e2';
const viewport = { width: 1280, height: 720 };

const database = createSqliteDatabase();
const gateway = await startGateway(database.url, '--demo');
const browser = await launchBrowser();
try {
  for (const [sku_id, quantity_in_stock] of [
    ['duck-1', 96],
    ['duck-1', 84],
    ['duck-1', 120],
    ['alice-new', 13],
    ['duck-1', 72],
  ] as const)
    await change({ sku_id, quantity_in_stock });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport, colorScheme, locale: 'en-GB' });
    await page.goto(`${gateway.origin}/board/`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: 'duck-1' })
      .getByRole('button', { name: 'History' })
      .click();
    await page.getByRole('button', { name: 'Undo this' }).first().waitFor();
    await page.locator('.chart canvas').waitFor();
    await page.screenshot({
      path: fileURLToPath(new URL(`../../docs/images/board-${colorScheme}.png`, import.meta.url)),
    });
    await page.close();
  }
} finally {
  await browser.close();
  await gateway.stop();
  await database.remove();
}

async function change(fields: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${gateway.origin}/timp/products/skus/inventory/`, {
    method: 'POST',
    headers: { authorization: `Token ${DEMO_SUPPLIER_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
