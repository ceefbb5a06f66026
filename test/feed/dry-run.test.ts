/** `import skus --dry-run` says what the import would do, and stores nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importCommand } from '../../src/cli/feed/import.ts';
import { supplierCommand } from '../../src/cli/supplier.ts';
import type { Tables } from '../../src/db/store/tables.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const header = 'sku_id,title,ean13,quantity_in_stock,restrictions';
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describeOnEachStore('a dry run', (kind) => {
  const folder = makeFolder();
  let database: Awaited<ReturnType<typeof openTestStore>>;
  beforeAll(async () => {
    database = await openTestStore(kind);
    await runHere(supplierCommand, ['create', 'acme', '--database', database.url]);
  });
  afterAll(async () => {
    await database.remove();
    folder.remove();
  });

  async function take(lines: readonly string[], ...flags: string[]) {
    const path = join(folder.path, 'catalog.csv');
    writeFileSync(path, lines.join('\n'));
    const args = ['skus', path, '--supplier', 'acme', '--database', database.url, ...flags];
    const { code, err } = await runHere(importCommand, args);
    return {
      code,
      lines: err
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('Undo: ')),
    };
  }
  async function contents() {
    const tables: (keyof Tables)[] = ['supplier', 'sku', 'sku_code', 'inventory_change'];
    return Promise.all(tables.map((table) => database.store.db.selectFrom(table).selectAll().execute()));
  }

  test.each<[what: string, lines: string[], summary: string]>([
    [
      'new SKUs, one of them twice',
      [header, 'A,One,,1,', 'B,,,,', 'A,Two,,,', 'A,Two,,,'],
      '2 created, 1 updated, 1 unchanged, 0 rows',
    ],
    ['the same once more', [header, 'A,Two,,1,', 'B,,,,'], '0 created, 0 updated, 2 unchanged, 0 rows'],
    ['a bad row', [header, 'A,,,x,', 'B,,4006381333931,,'], '0 created, 1 updated, 0 unchanged, 1 row'],
    [
      'a hyphen where something is, and where nothing is',
      [header, 'A,-,,,', 'A,-,,,'],
      '0 created, 1 updated, 1 unchanged, 0 rows',
    ],
    [
      'an inventory that goes to and fro',
      [header, 'A,,,5,', 'A,,,1,', 'A,,,1,none', 'A,,,,discontd'],
      '0 created, 3 updated, 1 unchanged, 0 rows',
    ],
    [
      'more than a chunk, with a SKU again in another',
      [header, ...range(2_500).map((i) => `S-${i % 2_400},,,${i},`)],
      '2,400 created, 100 updated, 0 unchanged, 0 rows',
    ],
  ])('of %s says what the import then does', async (_what, lines, summary) => {
    const before = await contents();
    const { code, lines: said } = await take(lines, '--dry-run');
    expect(said.at(-1)).toMatch(
      new RegExp(`^Dry run, nothing is stored\\. [\\d,]+ SKUs?: ${summary} refused$`),
    );
    expect(await contents()).toEqual(before);
    const real = await take(lines);
    expect([code, ...said]).toEqual([
      real.code,
      ...real.lines.with(-1, `Dry run, nothing is stored. ${real.lines.at(-1)}`),
    ]);
  });

  test('does not make a database, and refuses an unknown supplier', async () => {
    const path = join(folder.path, 'catalog.csv');
    const run = (supplier: string, url: string) =>
      runHere(importCommand, ['skus', path, '--supplier', supplier, '--database', url, '--dry-run']);
    await expect(run('acme', `sqlite:${folder.path}/none.db`)).rejects.toThrow(/^There is no database at /);
    await expect(run('acne', database.url)).rejects.toThrow('No supplier is named acne. Do you mean acme?');
  });
});
