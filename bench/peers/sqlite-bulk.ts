/**
 * Peer: set-based UPDATEs of 10,000 rows from JSON, each with its own commit, in SQLite's shell (in better-sqlite3 if there is none).
 * `sqlite-bulk.ts PATH SKUS SECONDS` creates the table if necessary and prints the rows a second.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { BULK_ROWS, bulkUpdates, SUPPLIER } from '../measure/requests.ts';
import { createSkuTable } from './sku-table.ts';

/** The most updates of a run. They alternate between two sets of quantities, so that each update changes every row. */
const MAX_UPDATES = 200;

const [path = '', skus = '', seconds = ''] = process.argv.slice(2);
if (!existsSync(path)) createSkuTable(path, Number(skus)).close();
const files = [0, 1].map((turn) => {
  const file = `${path}.${turn}.json`;
  writeFileSync(file, JSON.stringify(bulkUpdates(turn, Number(skus))));
  return file;
});

const pragmas = 'PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;';
/** Without MATERIALIZED, SQLite parses the JSON again for each row. Unlike the product, this writes no change records. */
const update = (json: string) => `
  WITH j AS MATERIALIZED (
    SELECT value ->> 'skuId' AS sku_id, value ->> 'quantityInStock' AS quantity FROM json_each(${json})
  )
  UPDATE sku SET quantity_in_stock = j.quantity, version = version + 1,
    updated_at = strftime('%Y-%m-%dT%H:%M:%fZ')
  FROM j WHERE sku.supplier_id = '${SUPPLIER}' AND sku.sku_id = j.sku_id;`;

const shell = hasShell();
const time = shell ? timeInShell : timeInDriver;
// The first updates warm the cache and show how many updates fit into the time.
const [, firstMs = 1] = time(2);
const updates = Math.min(MAX_UPDATES, Math.max(3, Math.round((Number(seconds) * 1000) / firstMs)));
const tookMs = time(updates).reduce((sum, ms) => sum + ms, 0);
process.stdout.write(
  JSON.stringify({ rate: (updates * BULK_ROWS) / (tookMs / 1000), program: shell ?? 'better-sqlite3' }),
);

function hasShell(): string | undefined {
  try {
    return `sqlite3 ${execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0]}`;
  } catch {
    return undefined;
  }
}

/** Returns the milliseconds of each update, measured by the shell's timer. */
function timeInShell(count: number): number[] {
  const one = (turn: number) => `.timer on\n${update(`readfile('${files[turn % 2]}')`)}\n.timer off`;
  const script = [pragmas, ...Array.from({ length: count }, (_, turn) => one(turn))];
  const input = [...script, 'SELECT total_changes();'].join('\n');
  const output = execFileSync('sqlite3', ['-bail', path], { input, encoding: 'utf8' });
  const times = Array.from(output.matchAll(/Run Time: real ([\d.]+)/g), ([, s]) => Number(s) * 1000);
  check(Number(output.trim().split('\n').at(-1)), count);
  return times;
}

/** Does the same in this process, with better-sqlite3. */
function timeInDriver(count: number): number[] {
  const database = new Sqlite(path);
  database.exec(pragmas);
  const statements = files.map((file) =>
    database.prepare(
      update(`CAST('${JSON.stringify(bulkUpdates(files.indexOf(file), Number(skus)))}' AS TEXT)`),
    ),
  );
  let changes = 0;
  const times = Array.from({ length: count }, (_, turn) => {
    const start = performance.now();
    changes += statements[turn % 2]?.run().changes ?? 0;
    return performance.now() - start;
  });
  database.close();
  check(changes, count);
  return times;
}

function check(changes: number, count: number): void {
  if (changes !== count * BULK_ROWS)
    throw new Error(`${changes} rows were changed, not ${count * BULK_ROWS}.`);
}
