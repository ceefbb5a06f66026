/** Inventory files that other programs wrote go in. test/fixtures/feeds/README.md says how each was made. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test, type TestContext } from 'vitest';
import { importCommand } from '../../src/cli/feed/import.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { findPython, requireProgram, succeeds } from '../support/machine/programs.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { openTestStore } from '../support/stores/stores.ts';

interface StockRow {
  readonly sku_id: string;
  readonly upca?: number;
  readonly ean13?: number;
  readonly isbn?: number | string;
  readonly quantity_in_stock?: number;
  readonly formula?: string;
  readonly quantity_on_backorder?: number;
  readonly backorder_date?: string;
  readonly restrictions?: string;
}

const folder = fileURLToPath(new URL('../fixtures/feeds/stock', import.meta.url));
const kept = (name: string) => join(folder, name);
const stock: readonly StockRow[] = JSON.parse(readFileSync(kept('rows.json'), 'utf8'));

/** What a file has in place of the results of formulas. The last of them is `#N/A`. */
type Formulas = 'results' | 'no results' | 'no formulas';

const files: readonly (readonly [name: string, formulas: Formulas])[] = [
  ['openpyxl.xlsx', 'no results'],
  ['libreoffice-saved-openpyxl.xlsx', 'results'],
  // XlsxWriter asks for calculation when the file is opened, so its results are not taken.
  ['xlsxwriter.xlsx', 'no results'],
  ['xlsxwriter-1904.xlsx', 'no results'],
  ['libreoffice.xlsx', 'results'],
  ['libreoffice-de.csv', 'results'],
  ['libreoffice-en.csv', 'results'],
  ['libreoffice-fr.csv', 'results'],
  ['libreoffice-ja.csv', 'results'],
  ['sqlite.csv', 'no formulas'],
  ['postgres.csv', 'no formulas'],
  ['postgres-quoted.csv', 'no formulas'],
];

const before = { quantity_in_stock: 1, quantity_on_backorder: 0, backorder_date: null, restrictions: null };
const clear = (cell: string) => (cell === '-' || cell === 'none' ? null : cell);

function isRejected({ formula, quantity_in_stock: quantity }: StockRow, formulas: Formulas): boolean {
  if (formula === undefined || formulas === 'no formulas') return false;
  return formulas === 'no results' || quantity === undefined;
}

/** The SKUs after the import, by their rows. */
function stateAfter(formulas: Formulas) {
  const states = stock.map((row) => {
    if (isRejected(row, formulas)) return [row.sku_id, before];
    const { backorder_date: date, restrictions: word } = row;
    const after = {
      quantity_in_stock: row.quantity_in_stock ?? before.quantity_in_stock,
      quantity_on_backorder: row.quantity_on_backorder ?? before.quantity_on_backorder,
      backorder_date: clear(date ?? '-'),
      restrictions: clear(word ?? '-'),
    };
    return [row.sku_id, after];
  });
  return Object.fromEntries(states);
}

/** The line of each row that is rejected. One of the texts before them has two lines. */
function rejectedLines(name: string, formulas: Formulas): number[] {
  const first = name.endsWith('.csv') ? 3 : 2;
  return stock.flatMap((row, i) => (isRejected(row, formulas) ? [first + i] : []));
}

describe('an inventory file', () => {
  const temporary = makeFolder();
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let suppliers = 0;
  beforeAll(async () => void (database = await openTestStore('sqlite')));
  afterAll(async () => {
    await database.remove();
    temporary.remove();
  });

  /** Imports the file for a new supplier, whose SKUs have the codes of the rows. */
  async function take(path: string) {
    const { store, url } = database;
    const supplier = `supplier-${++suppliers}`;
    const longAgo = new Date('2020-01-01');
    await saveSupplier(store, supplier, longAgo);
    const catalog = stock.map(({ sku_id: skuId, upca, ean13, isbn }) => ({
      skuId,
      upca: upca === undefined ? null : String(upca).padStart(12, '0'),
      ean13: ean13 === undefined ? null : String(ean13),
      isbn: isbn === undefined ? null : String(isbn).padStart(10, '0'),
      quantityInStock: before.quantity_in_stock,
    }));
    await createCatalog(store, () => longAgo).save({ supplierId: supplier, actor: 'test' }, catalog);
    const flags = ['--supplier', supplier, '--database', url, '--json'];
    const { out, err } = await runHere(importCommand, ['inventory', path, ...flags]);
    const columns = ['sku_id', ...(Object.keys(before) as (keyof typeof before)[])] as const;
    const found = await store.db
      .selectFrom('sku')
      .where('supplier_id', '=', supplier)
      .select(columns)
      .execute();
    const states = Object.fromEntries(found.map(({ sku_id, ...state }) => [sku_id, state]));
    return { report: JSON.parse(out), err, states };
  }

  async function expectTaken(path: string, formulas: Formulas) {
    const { report, err, states } = await take(path);
    const lines = rejectedLines(path, formulas);
    expect(report.problems.map(({ line }: { line: number }) => line)).toEqual(lines);
    expect(report).toMatchObject({ rows: stock.length, rejected: lines.length, stale: 0 });
    expect(states).toEqual(stateAfter(formulas));
    expect(err).toMatch(/^Ignored: [\w, ü]+\.\n$/);
  }

  test.each(files)('that is kept goes in: %s', async (name, formulas) => {
    await expectTaken(kept(name), formulas);
  });

  test('of a formula that was not calculated says what to do, and once that is done, its rows go in', async () => {
    const { report } = await take(kept('openpyxl.xlsx'));
    for (const { message } of report.problems)
      expect(message).toBe(
        'quantity_in_stock holds a formula that is not calculated: open the file in a spreadsheet program and save it.',
      );
    const saved = await take(kept('libreoffice-saved-openpyxl.xlsx'));
    expect(saved.report.problems).toMatchObject([{ message: expect.stringContaining('#N/A') }]);
  });

  const write = (name: string, bytes: Buffer) => {
    const path = join(temporary.path, name);
    writeFileSync(path, bytes);
    return path;
  };
  const runPython = (context: TestContext, module: string, target: string, ...args: string[]) => {
    const path = join(temporary.path, target);
    const python = requireProgram(context, `Python's ${module}`, findPython(module));
    execFileSync(python, [kept(`${module}-stock.py`), path, ...args]);
    return path;
  };

  test('that openpyxl writes here goes in', async (context) => {
    await expectTaken(runPython(context, 'openpyxl', 'openpyxl.xlsx'), 'no results');
  });

  test('that XlsxWriter writes here goes in', async (context) => {
    await expectTaken(runPython(context, 'xlsxwriter', 'xlsxwriter.xlsx'), 'no results');
    await expectTaken(runPython(context, 'xlsxwriter', 'xlsxwriter-1904.xlsx', '1904'), 'no results');
  });

  test('that sqlite3 writes here goes in', async (context) => {
    const found = succeeds('sqlite3', ['-version']) ? 'sqlite3' : undefined;
    const program = requireProgram(context, 'sqlite3', found);
    const bytes = execFileSync(program, [':memory:', '.read sqlite-stock.sql'], { cwd: folder });
    await expectTaken(write('sqlite.csv', bytes), 'no formulas');
  });

  test.for(['csv header', "with (format csv, header, delimiter ';', force_quote *, encoding 'WIN1252')"])(
    'that PostgreSQL writes here goes in: %s',
    async (options, context) => {
      const url = inject('postgresUrl');
      const found = url !== null && succeeds('psql', ['--version']) ? 'psql' : undefined;
      const program = requireProgram(context, 'PostgreSQL', found);
      const copy = `\\copy stock to stdout ${options}`;
      const args = ['--no-psqlrc', '--file', 'postgres-stock.sql', '--command', copy];
      const bytes = execFileSync(program, [`${url}/postgres`, ...args], { cwd: folder });
      await expectTaken(write('postgres.csv', bytes), 'no formulas');
    },
  );
});
