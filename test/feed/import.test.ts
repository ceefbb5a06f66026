/** `stockgate import skus`, run as a command on files: what goes in, what is refused, what is said. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/options/command.ts';
import { importCommand } from '../../src/cli/feed/import.ts';
import { createInventory } from '../../src/db/inventory.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import { createSupplier } from '../../src/db/suppliers.ts';
import { parseIdentifier, type IdentifierKind } from '../../src/domain/identifier.ts';
import { withoutAsOf } from '../support/rows.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';
import { indices } from '../support/range.ts';

const header =
  'sku_id,item_id,title,condition,upca,ean13,gtin14,isbn,quantity_in_stock,quantity_on_backorder,restrictions,backorder_date';
const full =
  'A,I-1,A title,used,012345678905,4006381333931,14006381333938,0306406152,3,4,tmpunavail,2026-11-30';
const demoCatalog = fileURLToPath(new URL('../../src/demo/demo-skus.csv', import.meta.url));
const csv = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');

type Importer = Awaited<ReturnType<typeof openImporter>>;

async function openImporter(kind: StoreKind) {
  const database = await openTestStore(kind);
  const { db } = database.store;
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-import-'));
  const inventory = createInventory(database.store, () => new Date());
  let count = 0;
  const write = (content: string | Buffer) => {
    const path = join(folder, `${++count}.csv`);
    writeFileSync(path, content);
    return path;
  };
  /** Runs the command, with `onProgress` on a terminal. Gives the exit code, all that was said, and its lines. */
  const run = async (path: string, onProgress?: (stop: AbortController) => void, ...flags: string[]) => {
    const stop = new AbortController();
    let said = '';
    const args = ['skus', path, '--supplier', 'acme', '--database', database.url, ...flags];
    const code = await importCommand.run(args, {
      env: {},
      clock: () => new Date(Date.UTC(2026, 10, 1) + ++count),
      out: () => expect.unreachable(),
      output: new PassThrough(),
      err: (text) => (text.endsWith('\n') ? (said += text) : onProgress?.(stop)),
      interactive: onProgress !== undefined,
      stop: stop.signal,
    });
    const lines = said.replaceAll('\r\x1b[K', '').trimEnd().split('\n');
    return { code, said, lines: lines.filter((line) => !line.startsWith('Undo: ')) };
  };
  return {
    folder,
    write,
    run,
    take: (content: string | Buffer) => run(write(content)),
    preview: (content: string | Buffer) => run(write(content), undefined, '--dry-run'),
    skus: async () => (await db.selectFrom('sku').selectAll().orderBy('sku_id').execute()).map(withoutAsOf),
    codes: () => db.selectFrom('sku_code').selectAll().execute(),
    changes: () => db.selectFrom('inventory_change').selectAll().orderBy('position').execute(),
    find: async (by: IdentifierKind, value: string) => {
      const [match] = await inventory.find('acme', [parseIdentifier(by, value)]);
      return match && 'sku' in match ? match.sku.skuId : match?.refusal.problem;
    },
    clear: async () => {
      const tables = ['inventory_change', 'sku_code', 'sku', 'supplier'] as const;
      for (const table of tables) await db.deleteFrom(table).execute();
      await createSupplier(database.store, 'acme', new Date());
    },
    close: async () => {
      rmSync(folder, { recursive: true });
      await database.remove();
    },
  };
}

describeOnEachStore('import skus', (kind) => {
  let importer: Importer;
  beforeAll(async () => void (importer = await openImporter(kind)));
  beforeEach(() => importer.clear());
  afterAll(() => importer.close());

  test('creates what is new, and says so', async () => {
    const { code, said } = await importer.take(csv(header, full, 'B,,,,,,,,,,,'));
    const summary = '2 SKUs: 2 created, 0 updated, 0 unchanged, 0 rows refused';
    expect([code, said]).toEqual([0, csv(summary)]);
    const [a, b] = (await importer.skus()).map((sku) => Object.values(sku).slice(1, -4));
    expect(a).toEqual([...full.split(',').slice(0, -4), 3, 4, 'tmpunavail', 0]);
    expect(b).toEqual(['B', null, null, null, null, null, null, null, 0, 0, null, 0]);
    expect(await importer.skus()).toMatchObject([{ backorder_date: '2026-11-30' }, { backorder_date: null }]);
    expect(await importer.changes()).toEqual([]);
  });

  test('run again changes nothing', async () => {
    await importer.take(csv(header, full));
    const before = await importer.skus();
    const { code, said } = await importer.take(csv(header, full));
    expect([code, said]).toEqual([0, csv('1 SKU: 0 created, 0 updated, 1 unchanged, 0 rows refused')]);
    expect(await importer.skus()).toEqual(before);
    expect(await importer.changes()).toEqual([]);
  });

  test('records a change of the inventory as IMPORT, and counts the version up', async () => {
    await importer.take(csv(header, full));
    const { lines } = await importer.take(csv('sku_id,quantity_in_stock,restrictions', 'A,7,none'));
    expect(lines).toEqual(['1 SKU: 0 created, 1 updated, 0 unchanged, 0 rows refused']);
    const after = { quantity_in_stock: 7, quantity_on_backorder: 4, restrictions: null, version: 1 };
    expect(await importer.skus()).toMatchObject([{ ...after, title: 'A title' }]);
    const before = { quantity_in_stock_before: 3, restrictions_before: 'tmpunavail' };
    expect(await importer.changes()).toMatchObject([
      { ...before, ...after, source: 'IMPORT', actor: 'import skus', position: 1 },
    ]);
  });

  test('a change of the catalog alone moves updated_at, and neither version nor history', async () => {
    await importer.take(csv(header, full));
    const [before] = await importer.skus();
    await importer.take(csv('sku_id,title', 'A,Another title'));
    const [after] = await importer.skus();
    expect(after).toEqual({ ...before, title: 'Another title', updated_at: after?.updated_at });
    expect(String(after?.updated_at) > String(before?.updated_at)).toBe(true);
    expect(await importer.changes()).toEqual([]);
  });

  test.each([
    ['item_id', 'I-2', null],
    ['title', 'Ünïcode 🧸', null],
    ['condition', 'new', null],
    ['upca', '036000291452', null],
    ['ean13', '5901234123457', null],
    ['gtin14', '25901234123451', null],
    ['isbn', '978-0-262-03384-8', null],
    ['quantity_in_stock', 2_147_483_647, 3],
    ['quantity_on_backorder', 0, 4],
    ['restrictions', 'discontd', null],
    ['backorder_date', '2027-01-15', null],
  ])(
    '%s: set by a value, cleared by a hyphen, left alone by an empty cell',
    async (column, value, cleared) => {
      await importer.take(csv(header, full));
      const [before] = await importer.skus();
      expect((await importer.take(csv(`sku_id,${column}`, 'A,', 'A,  '))).lines).toEqual([
        '2 SKUs: 0 created, 0 updated, 2 unchanged, 0 rows refused',
      ]);
      expect(await importer.skus()).toEqual([before]);
      // A quantity has no empty state: its row is refused.
      expect(await importer.take(csv(`sku_id,${column}`, 'A,-'))).toMatchObject({
        code: cleared === null ? 0 : 1,
      });
      expect(await importer.skus()).toMatchObject([{ [column]: cleared }]);
      await importer.take(csv(`sku_id,${column}`, `A,${value}`));
      const [after] = await importer.skus();
      const { version, updated_at, last_change_position } = after ?? {};
      expect(after).toEqual({ ...before, [column]: value, version, updated_at, last_change_position });
    },
  );

  test('a column that is not in the file is left alone', async () => {
    await importer.take(csv(header, full));
    const before = await importer.skus();
    expect((await importer.take(csv('sku_id', 'A'))).lines).toEqual([
      '1 SKU: 0 created, 0 updated, 1 unchanged, 0 rows refused',
    ]);
    expect(await importer.skus()).toEqual(before);
  });

  test('a new code finds the SKU by any spelling, the old one no more', async () => {
    await importer.take(csv('sku_id,isbn,upca', 'A,0-306-40615-2,012345678905'));
    expect(await importer.find('isbn', '9780306406157')).toBe('A');
    await importer.take(csv('sku_id,isbn', 'A,978-0-262-03384-8'));
    expect(await importer.find('isbn', '0-306-40615-2')).toBe('SKU_NOT_FOUND');
    expect(await importer.find('isbn', '9780306406157')).toBe('SKU_NOT_FOUND');
    for (const spelling of ['978-0-262-03384-8', '9780262033848', '0262033844']) {
      expect(await importer.find('isbn', spelling)).toBe('A');
    }
    expect(await importer.find('upca', '012345678905')).toBe('A');
    await importer.take(csv('sku_id,isbn,upca', 'A,-,–'));
    expect(await importer.codes()).toEqual([]);
  });

  test('a code that cannot be valid goes in with a warning, and is found as it is spelled', async () => {
    const { code, lines } = await importer.take(csv('sku_id,upca', 'A,012345678906'));
    const reason = 'The last digit is 6 where the others call for 5: look for a mistyped or swapped digit.';
    expect(lines[0]).toBe(`line 2: warning: upca "012345678906" is found only as it is spelled. ${reason}`);
    expect(code).toBe(0);
    expect(await importer.find('upca', '012345678906')).toBe('A');
  });

  test('the same SKU twice applies in order', async () => {
    const rows = ['A,One,0306406152,1', 'B,,,5', 'A,Two,9780262033848,2', 'A,-,-,'];
    const { lines } = await importer.take(csv('sku_id,title,isbn,quantity_in_stock', ...rows));
    expect(lines).toEqual(['4 SKUs: 2 created, 2 updated, 0 unchanged, 0 rows refused']);
    const a = { title: null, isbn: null, quantity_in_stock: 2, version: 1 };
    expect(await importer.skus()).toMatchObject([a, { sku_id: 'B' }]);
    expect(await importer.codes()).toEqual([]);
    await importer.take(csv('sku_id,quantity_in_stock', 'A,8', 'A,9'));
    const steps = (await importer.changes()).map((row) => [
      row.quantity_in_stock_before,
      row.quantity_in_stock,
    ]);
    expect(steps).toEqual([
      [1, 2],
      [2, 8],
      [8, 9],
    ]);
  });

  test('5,000 rows go in, and run again only what differs is written', async () => {
    const rows = (stock: (i: number) => number) =>
      csv('sku_id,title,quantity_in_stock', ...indices(5_000).map((i) => `S-${i},"Title, ${i}",${stock(i)}`));
    const first = await importer.take(rows((i) => i));
    expect(first.lines).toEqual(['5,000 SKUs: 5,000 created, 0 updated, 0 unchanged, 0 rows refused']);
    const second = await importer.take(rows((i) => (i % 2 ? i : i + 1)));
    expect(second.lines).toEqual(['5,000 SKUs: 0 created, 2,500 updated, 2,500 unchanged, 0 rows refused']);
    const positions = (await importer.changes()).map(({ position }) => position);
    expect(positions).toEqual(indices(2_500).map((i) => i + 1));
    const even = (await importer.skus()).filter(({ quantity_in_stock: stock }) => stock % 2 === 0);
    expect(even).toEqual([]);
  });

  test.runIf(kind === 'postgres')('two imports of the same SKUs at once both end well', async () => {
    const rows = indices(3_000).map((i) => `S-${i},${i}`);
    const files = [rows, rows.toReversed()].map((lines) => importer.write(csv('sku_id,item_id', ...lines)));
    const results = await Promise.all(files.map((path) => importer.run(path)));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await importer.skus()).toHaveLength(3_000);
  });

  test('stops after the chunk in hand when asked to, and says how far it came', async () => {
    const path = importer.write(csv('sku_id', ...indices(5_000).map(String)));
    const { code, lines } = await importer.run(path, (stop) => stop.abort());
    expect(lines).toEqual([
      'Stopped before line 1001. Run it again to take in the rest.',
      '999 SKUs: 999 created, 0 updated, 0 unchanged, 0 rows refused',
    ]);
    expect(code).toBe(1);
    expect(await importer.skus()).toHaveLength(999);
  });
});

describe('a CSV file', () => {
  let importer: Importer;
  beforeAll(async () => void (importer = await openImporter('sqlite')));
  beforeEach(() => importer.clear());
  afterAll(() => importer.close());
  const ids = async () => (await importer.skus()).map(({ sku_id }) => sku_id);
  const unread = 'From here on nothing is read.';

  test('may have a BOM, any line ends, columns in any order and case, more columns, spaces, empty lines', async () => {
    const rows = '"Two\r\nlines",x,y, A ,\n\n\r\n  Spaced  ,x,y,B,\rLast,x,y,C,';
    expect(await importer.take(`\ufeff Title ,Notes,, SKU_ID,\r\n${rows}`)).toMatchObject({ code: 0 });
    const titles = (await importer.skus()).map((sku) => `${sku.sku_id}: ${sku.title}`);
    expect(titles).toEqual(['A: Two\r\nlines', 'B: Spaced', 'C: Last']);
  });

  const blank = 'sku_id is blank: give the code by which the supplier knows the SKU.';
  const quantity = 'give a whole number from 0 to 2147483647, in digits alone.';
  const bad = ['-', '-1', '3.0', '1e3', '+1', '0x1', '1 000', '٣', '2147483648', '99999999999999999999'];
  test.each([
    [',t,,,,', blank],
    ['\x1c ,t,,,,', blank],
    [`${'x'.repeat(257)},t,,,,`, 'sku_id has 257 characters: give at most 256.'],
    ['X,t,,,', 'The row has 5 cells and the header 6.'],
    ['X,t,,,,,', 'The row has 7 cells and the header 6.'],
    ...bad.map((cell) => [`X,t,,,${cell},`, `quantity_in_stock is "${cell}": ${quantity}`]),
    ['X,t,New,,,', 'condition is "New": give one of new, used, refurb, or - to clear it.'],
    ['X,t,,,,None', 'restrictions is "None": give one of discontd, tmpunavail, or none to lift it.'],
    ['-,t,,,,', 'sku_id is "-": give the code by which the supplier knows the SKU.'],
    [`X,${'x'.repeat(1_001)},,,,`, 'title has 1001 characters: give at most 1000.'],
    [`X,t,,${'1'.repeat(257)},,`, 'upca has 257 characters: give at most 256.'],
    ['X,\ufffd,,,,', 'title is not UTF-8: save the file as UTF-8.'],
    ['X,t\0,,,,', 'title holds a NUL character: remove it.'],
    [
      'X,t,\x1b[31m,,-1,',
      `condition is "?[31m": give one of new, used, refurb, or - to clear it. quantity_in_stock is "-1": ${quantity}`,
    ],
  ])('has the bad row %j refused, and the good ones go in', async (row, reason) => {
    const columns = 'sku_id,title,condition,upca,quantity_in_stock,restrictions';
    const { code, lines } = await importer.take(csv(columns, 'A,,,,,', row, 'B,,,,,'));
    const summary = '2 SKUs: 2 created, 0 updated, 0 unchanged, 1 row refused';
    expect([code, ...lines]).toEqual([1, `line 3: ${reason}`, summary]);
    expect(await ids()).toEqual(['A', 'B']);
  });

  test('in Windows-1252 goes in, and it is said how it is read', async () => {
    const { code, lines } = await importer.take(
      Buffer.from(csv('sku_id;title', 'A;Brontë', 'B;5 \x80'), 'latin1'),
    );
    expect([code, lines[0]]).toEqual([
      0,
      'The file is not UTF-8. It is read as Windows-1252: look whether its accents are right.',
    ]);
    expect((await importer.skus()).map(({ title }) => title)).toEqual(['Brontë', '5 €']);
  });

  test('from a pipe is read, as UTF-8', async () => {
    const path = join(importer.folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const written = writeFile(path, csv('sku_id,title', 'A,Brontë'));
    expect(await importer.run(path)).toMatchObject({ code: 0 });
    await written;
    expect((await importer.skus()).map(({ title }) => title)).toEqual(['Brontë']);
  });

  test('has lengths taken in code points', async () => {
    const longest = `${'🧸'.repeat(256)},${'🧸'.repeat(1_000)}`;
    expect(await importer.take(csv('sku_id,title', longest))).toMatchObject({ code: 0 });
  });

  test('has its lines counted through quoted cells, ignored columns and empty lines', async () => {
    const rows = '\r\nA,"one\r\ntwo\nthree",x\r\nB,"\r",x\r\n\r\n,,x\r\n';
    const { lines } = await importer.take(`"sku_id","a\nnote",quantity_in_stock\r\n${rows}`);
    const places = lines.map((line) => line.replace(/:.*/, ''));
    expect(places).toEqual(['line 4', 'line 7', 'line 10', '0 SKUs']);
  });

  test.each([
    ['B,"open', 'a quote is opened and never closed'],
    [
      `B,"${'x'.repeat(2 ** 20)}`,
      'the row is longer than 1048576 characters: a quote may be opened and never closed',
    ],
    ['B,"b"b', 'text follows a closing quote: a quote inside a quoted cell is written twice'],
    ['B,6" rule', 'a quote stands inside a cell: such a cell is put in quotes, and its own written twice'],
  ])('is read up to the line where it is broken: %.10j', async (broken, fault) => {
    const { code, lines } = await importer.take(csv('sku_id,title', '', 'A,a', broken, 'C,c'));
    const summary = '1 SKU: 1 created, 0 updated, 0 unchanged, 0 rows refused';
    expect([code, ...lines]).toEqual([1, `line 4: ${fault}. ${unread}`, summary]);
    expect(await ids()).toEqual(['A']);
  });

  test.each([
    ['', 'The file is empty: name the columns in its first line.'],
    ['"sku_id\nA\n', `line 1: a quote is opened and never closed. ${unread}`],
    [
      'sku;title\nA;a\n',
      'line 1: no column is named sku_id: name the columns here, with commas, semicolons or tabs between them.',
    ],
    ['sku_id,title,Title \nA,a,b\n', 'line 1: two columns are named "title".'],
  ])('that begins %j is not read', async (content, fault) => {
    const { code, lines } = await importer.take(content);
    const summary = '0 SKUs: 0 created, 0 updated, 0 unchanged, 0 rows refused';
    expect([code, ...lines]).toEqual([1, fault, summary]);
  });

  test('with very many bad rows has the first thousand named and the rest counted', async () => {
    const { lines } = await importer.take(csv('sku_id', ...indices(1_203).map(() => '" "')));
    expect(lines).toHaveLength(1_002);
    expect(lines.slice(-2)).toEqual([
      '... and 203 more rows refused',
      '0 SKUs: 0 created, 0 updated, 0 unchanged, 1,203 rows refused',
    ]);
  });

  test('that is a folder or is not there is a failure in one line', async () => {
    const { code, lines } = await importer.run(importer.folder);
    expect([code, lines[0]]).toEqual([1, expect.stringMatching(/^The file cannot be read: EISDIR/)]);
    await expect(importer.run(join(importer.folder, 'none.csv'))).rejects.toThrow(/^ENOENT: .*none\.csv/);
  });

  test('of the demo has not one bad row or code', async () => {
    const { code, lines } = await importer.run(demoCatalog);
    const summary = '24 SKUs: 24 created, 0 updated, 0 unchanged, 0 rows refused';
    expect([code, ...lines]).toEqual([0, summary]);
    expect(await importer.find('isbn', '0-14-143947-5')).toBe('AMBIGUOUS_IDENTIFIER');
    expect(await ids()).toEqual(expect.arrayContaining(['xkuOwSQ3utl', '2mNh6Gvwgl7LjmZj']));
  });

  test.each(['', 'orders x.csv --supplier a', 'skus --supplier a', 'skus x.csv', 'skus x.csv --supplier é'])(
    'cannot be imported by the command line "import %s"',
    async (line) => {
      const { signal: stop } = new AbortController();
      const say = () => undefined;
      const io = { env: {}, clock: () => new Date(), out: say, err: say, interactive: false, stop };
      const output = new PassThrough();
      await expect(importCommand.run(line.split(' '), { ...io, output })).rejects.toThrow(UsageError);
    },
  );
});
