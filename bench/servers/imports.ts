/** Both sides of the row about files: a CSV file of which every row changes its SKU. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../measure/bench.ts';
import { Skipped, type Subject } from '../measure/measure.ts';
import { skuId, SUPPLIER } from '../measure/requests.ts';
import { createSkuTable } from '../peers/sku-table.ts';
import { runProgram } from './servers.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Writes the file of this round. Each round's quantities differ from the last one's. */
function writeFeed(path: string, skus: number, round: number): void {
  const rows = Array.from({ length: skus }, (_, n) => `${skuId(n + 1)},${100 + ((n + round) % 1_000)}\n`);
  writeFileSync(path, `sku_id,quantity_in_stock\n${rows.join('')}`);
}

/** `import inventory`: the file is read twice, judged as a whole, and applied with a change record for each row. Its start is included. */
export async function stockgateImport(bench: Bench): Promise<Subject> {
  const { url, skus } = await bench.catalog(bench.settings.skus);
  const file = bench.newFile('feed.csv');
  return {
    label: 'Stockgate',
    measure: async (round) => {
      writeFeed(file, skus, round);
      const args = ['import', 'inventory', file, '--supplier', SUPPLIER, '--json', '--database', url];
      const started = performance.now();
      const printed = await runProgram(process.execPath, [
        ...['--max-semi-space-size=16', '--v8-pool-size=2', MAIN],
        ...args,
      ]);
      const seconds = (performance.now() - started) / 1_000;
      const { applied }: { applied: number } = JSON.parse(printed);
      if (applied !== skus) throw new Error(`${applied} rows were applied, not ${skus}.`);
      return skus / seconds;
    },
    close: () => Promise.resolve(),
  };
}

/** SQLite's shell: `.import` into a table, and one UPDATE from it. It records no changes, and checks nothing. */
export function sqliteImport(bench: Bench): Promise<Subject> {
  const { skus } = bench.settings;
  const [path, file] = [bench.newFile('import.db'), bench.newFile('feed.csv')];
  createSkuTable(path, skus).close();
  const script = `PRAGMA synchronous = FULL;
DROP TABLE IF EXISTS feed;
CREATE TABLE feed (sku_id TEXT, quantity INTEGER);
.import --csv --skip 1 '${file}' feed
UPDATE sku SET quantity_in_stock = feed.quantity, version = version + 1,
  updated_at = strftime('%Y-%m-%dT%H:%M:%fZ')
  FROM feed WHERE sku.supplier_id = '${SUPPLIER}' AND sku.sku_id = feed.sku_id;
SELECT changes();`;
  return Promise.resolve({
    label: 'SQLite, .import and one UPDATE',
    measure: (round) => {
      writeFeed(file, skus, round);
      const started = performance.now();
      const printed = runShell(path, script);
      const seconds = (performance.now() - started) / 1_000;
      if (Number(printed) !== skus) throw new Error(`${printed} rows were changed, not ${skus}.`);
      return Promise.resolve(skus / seconds);
    },
    close: () => Promise.resolve(),
  });
}

function runShell(path: string, input: string): string {
  try {
    return execFileSync('sqlite3', ['-bail', path], { input, encoding: 'utf8' }).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Skipped("SQLite's shell was not found here");
    throw error;
  }
}
