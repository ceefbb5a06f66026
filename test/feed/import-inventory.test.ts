/** `import inventory` and `export inventory`: a file goes in as one group, cannot empty a shop by mistake, and what is rejected comes back. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exportCommand } from '../../src/cli/feed/export.ts';
import { UsageError } from '../../src/cli/options/command.ts';
import { importCommand } from '../../src/cli/feed/import.ts';
import { supplierCommand } from '../../src/cli/supplier.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import type { PreviewedChange } from '../../src/domain/feed.ts';
import { createFileReader } from '../../src/feed/inventory/inventory-file.ts';
import { FileFault } from '../../src/feed/row.ts';
import { indices } from '../support/range.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const IN_STOCK = 60;

describeOnEachStore('an inventory file', (kind) => {
  const folder = makeFolder();
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let supplier = '';
  let count = 0;
  beforeAll(async () => void (database = await openTestStore(kind)));
  afterAll(async () => {
    await database.remove();
    folder.remove();
  });
  beforeEach(async () => {
    supplier = `supplier-${++count}`;
    await runHere(supplierCommand, ['create', supplier, '--database', database.url]);
    await run(importCommand, 'skus', write(['sku_id,ean13,quantity_in_stock', ...skus(IN_STOCK)]));
  });

  const skus = (size: number) => indices(size).map((n) => `S${String(n).padStart(3, '0')},,${n + 1}`);
  const write = (lines: readonly string[], end = '\n') => {
    const path = join(folder.path, `${++count}.csv`);
    writeFileSync(path, lines.join(end));
    return path;
  };
  const run = (command: typeof importCommand, ...args: string[]) =>
    runHere(command, [...args, '--supplier', supplier, '--database', database.url]);
  const take = async (path: string, ...flags: string[]) => {
    const { code, out, err } = await run(importCommand, 'inventory', path, '--json', ...flags);
    return { code, err, report: out === '' ? null : JSON.parse(out) };
  };
  const quantities = async () => {
    const rows = database.store.db.selectFrom('sku').where('supplier_id', '=', supplier);
    const found = await rows.select(['sku_id', 'quantity_in_stock']).orderBy('sku_id').execute();
    return Object.fromEntries(found.map(({ sku_id, quantity_in_stock }) => [sku_id, quantity_in_stock]));
  };

  test('of an earlier time than what is stored changes nothing, and its rows are counted as stale', async () => {
    await take(write(['sku_id,quantity_in_stock,as_of', 'S000,7,2026-01-01T12:00:00Z']));
    const late = write([
      'sku_id,quantity_in_stock,as_of',
      'S000,9,2026-01-01T08:00:00Z',
      'S001,9,2026-01-01T08:00:00Z',
    ]);
    const dry = await take(late, '--dry-run');
    const real = await take(late);
    for (const { code, report } of [dry, real]) {
      expect({ code, report }).toMatchObject({
        code: 0,
        report: { rows: 2, applied: 1, stale: 1, rejected: 0 },
      });
    }
    expect(await quantities()).toMatchObject({ S000: 7, S001: 9 });
  });

  test('is exported, edited, imported, conflicts, is corrected, imported again, and undone', async () => {
    const exported = join(folder.path, `export-${++count}.csv`);
    await run(exportCommand, 'inventory', exported);
    const text = readFileSync(exported, 'utf8');
    const before = await quantities();
    // Meanwhile someone else changes one of the two.
    await take(write(['sku_id,quantity_in_stock', 'S001,500']), '--reason', 'sold');

    const edited = text.replace(/^(S000,,,,),1,/m, '$1,100,').replace(/^(S001,,,,),2,/m, '$1,200,');
    const rejectedPath = join(folder.path, `rejected-${++count}.csv`);
    const first = await take(write([edited]), '--rejected', rejectedPath);
    expect(first).toMatchObject({
      code: 1,
      report: {
        mode: 'delta',
        dryRun: false,
        rows: IN_STOCK,
        applied: 1,
        unchanged: IN_STOCK - 2,
        rejected: 1,
      },
    });
    expect(first.report.problems).toEqual([
      { line: 3, code: 'PRECONDITION_FAILED', message: expect.stringMatching(/import inventory.*20\d\d-/) },
    ]);
    expect(await quantities()).toMatchObject({ S000: 100, S001: 500 });

    const rejected = readFileSync(rejectedPath, 'utf8');
    expect(rejected.trimEnd().split('\r\n')).toHaveLength(2);
    const corrected = rejected.replace(/^(S001,.*?,200,\d+,[^,]*,[^,]*),0,/m, '$1,1,');
    const second = await take(write([corrected]));
    expect(second).toMatchObject({ code: 0, report: { rows: 1, applied: 1, rejected: 0 } });
    expect(await quantities()).toMatchObject({ S000: 100, S001: 200 });

    for (const { report } of [second, first]) await run(importCommand, 'undo', report.groupId);
    expect(await quantities()).toEqual({ ...before, S001: 500 });
    expect((await checkDatabase(database.url)).findings).toEqual([]);
  });

  test.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ])('is exported with the delimiter %s, and goes in again', async (name, delimiter) => {
    const exported = join(folder.path, `export-${++count}.csv`);
    await run(exportCommand, 'inventory', exported, '--delimiter', name);
    expect(readFileSync(exported, 'utf8')).toMatch(
      new RegExp(`^\\ufeffsku_id${delimiter}upca${delimiter}[^]*\r\nS000${delimiter}`),
    );
    expect(await take(exported)).toMatchObject({ code: 0, report: { unchanged: IN_STOCK } });
  });

  test('says in a dry run what the import then does, row for row', async () => {
    const path = write([
      'SKU ID;Quantity in Stock;colour',
      ...indices(20).map((n) => `S0${String(n).padStart(2, '0')};${n % 3};red`),
      'S000;7;twice',
      'NONE;1;',
      'S021;1.5;',
    ]);
    const before = await quantities();
    const dry = await take(path, '--dry-run');
    expect(await quantities()).toEqual(before);
    const real = await take(path);
    const { preview } = dry.report;
    expect(dry.report).toEqual({ ...real.report, dryRun: true, groupId: null, preview });
    expect(dry.report).toMatchObject({ rows: 23, rejected: 3 });
    expect(preview).toHaveLength(dry.report.applied);
    const sizes = preview.map(({ before: from, after }: PreviewedChange) =>
      Math.abs(after.quantityInStock - from.quantityInStock),
    );
    expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => b - a));
    for (const { skuId, before: from } of preview) expect(from.quantityInStock).toBe(before[skuId]);
    expect(
      real.report.problems.map(({ line, code }: { line: number; code: string }) => [line, code]),
    ).toEqual([
      [22, 'DUPLICATE_SKU'],
      [23, 'SKU_NOT_FOUND'],
      [24, 'BAD_USER_INPUT'],
    ]);
    expect(dry.err).toBe('Ignored: colour.\n');
  });

  describe('that would empty more than a fifth of the shop', () => {
    const zeros = (size: number) =>
      write(['sku_id,quantity_in_stock', ...indices(size).map((n) => `S0${String(n).padStart(2, '0')},0`)]);

    test('by naming them is held, and let through by the number that it says', async () => {
      const before = await quantities();
      const held = await take(zeros(13));
      expect(held).toMatchObject({ code: 3, report: { dryRun: false, zeroed: 13, groupId: null } });
      const [, flag = '', allowed = ''] = /(--allow-zeroing) (\d+)\n$/.exec(held.err) ?? [];
      expect(allowed).toBe('13');
      expect(await quantities()).toEqual(before);
      expect(await take(zeros(13), flag, '12')).toMatchObject({ code: 3 });
      expect(await take(zeros(13), flag, allowed)).toMatchObject({
        code: 0,
        report: { applied: 13, zeroed: 13 },
      });
    });

    test('by leaving them out is held, and a row with a mistake keeps its SKU from being emptied', async () => {
      const path = write(['sku_id,quantity_in_stock', 'S000,5', 'S001,many']);
      const held = await take(path, '--mode', 'full');
      expect(held).toMatchObject({ code: 3, report: { mode: 'full', zeroed: IN_STOCK - 2 } });
      const done = await take(path, '--mode', 'full', '--allow-zeroing', String(IN_STOCK - 2));
      expect(done).toMatchObject({ code: 1, report: { applied: 1, rejected: 1, zeroed: IN_STOCK - 2 } });
      const left = Object.entries(await quantities()).filter(([, quantity]) => quantity > 0);
      expect(left).toEqual([
        ['S000', 5],
        ['S001', 2],
      ]);
    });

    test('gives its rejected rows back, once, though it is held', async () => {
      const path = join(folder.path, `rejected-${++count}.csv`);
      const source = zeros(13);
      appendFileSync(source, '\nNONE,1\nS040,many\nS000,2\n');
      expect(await take(source, '--rejected', path)).toMatchObject({ code: 3, report: { rejected: 3 } });
      const rejected = readFileSync(path, 'utf8');
      expect(rejected.match(/,(?:SKU_NOT_FOUND|BAD_USER_INPUT|DUPLICATE_SKU),/g)).toHaveLength(3);
      expect(rejected).toContain(
        'No SKU of this supplier has the sku_id ""NONE"". Correct the code, or add the SKU to the catalog first.',
      );
    });

    test('is not held where it empties a fifth or less, or ten or fewer', async () => {
      expect(await take(zeros(12))).toMatchObject({ code: 0, report: { zeroed: 12 } });
    });

    test('is held where it has no row', async () => {
      expect(await take(write(['sku_id,quantity_in_stock']))).toMatchObject({ code: 3 });
      expect(await take(write(['sku_id,quantity_in_stock']), '--allow-zeroing', '0')).toMatchObject({
        code: 0,
      });
    });

    test('is not held where all its rows are rejected, unless it is full: then it would empty the shop', async () => {
      const path = write(['sku_id,quantity_in_stock', 'NONE,1']);
      expect(await take(path)).toMatchObject({ code: 1, report: { rejected: 1, held: false } });
      expect(await take(path, '--mode', 'full')).toMatchObject({ code: 3, report: { held: true } });
    });
  });

  test('whose columns are misspelled says so in its report', async () => {
    const { report } = await take(write(['sku_id,quantity_in_stok,restrictions', 'S000,4,']));
    expect(report).toMatchObject({ ignored: ['quantity_in_stok'] });
    expect(report.hints.join()).toContain('quantity_in_stock');
  });

  test('with a date before 2000 or with thousands of blank columns is taken row by row', async () => {
    const blank = ','.repeat(10_000);
    const names = `sku_id,backorder_date${blank}`;
    const { report } = await take(write([names, `S000,1999-12-31${blank}`, `S001,2027-01-31${blank}`]));
    expect(report).toMatchObject({ applied: 1, problems: [{ line: 2, code: 'BAD_USER_INPUT' }] });
  });

  test('that cannot be read to its end changes nothing', async () => {
    const before = await quantities();
    const rejected = join(folder.path, 'never.csv');
    const broken = await take(
      write(['sku_id,quantity_in_stock', 'S000,77', 'S001,"78']),
      '--rejected',
      rejected,
    );
    expect(broken).toMatchObject({
      code: 2,
      report: null,
      err: expect.stringContaining('Nothing was imported.'),
    });
    expect(await quantities()).toEqual(before);
    expect(existsSync(rejected)).toBe(false);
    expect(await take(write(['sku_id,colour', 'S000,red']))).toMatchObject({ code: 2 });
  });

  test('names a SKU by several codes only where all are its own', async () => {
    await run(importCommand, 'skus', write(['sku_id,isbn', 'NEW,9780141439471', 'USED,9780141439471']));
    const { report } = await take(
      write([
        'sku_id,isbn,quantity_in_stock',
        'USED,0141439475,4',
        'NEW,9780306406157,4',
        ',9780141439471,4',
      ]),
    );
    expect(report).toMatchObject({ applied: 1, rejected: 2 });
    expect(report.problems.map(({ code }: { code: string }) => code)).toEqual([
      'IDENTIFIERS_DISAGREE',
      'AMBIGUOUS_IDENTIFIER',
    ]);
    expect(await quantities()).toMatchObject({ USED: 4, NEW: 0 });
  });

  test('that announces units on backorder needs a date, and one that repeats what is stored does not', async () => {
    const names = 'sku_id,quantity_on_backorder,backorder_date';
    const { report } = await take(write([names, 'S000,5,', 'S001,5,2027-01-31', 'S002,0,']));
    expect(report).toMatchObject({ applied: 1, unchanged: 1, rejected: 1 });
    expect(report.problems).toMatchObject([{ line: 2, code: 'BACKORDER_DATE_MISSING' }]);
    expect(await take(write([names, 'S001,6,']))).toMatchObject({ code: 0, report: { applied: 1 } });
    expect(await take(write([names, 'S001,,-']))).toMatchObject({ code: 0, report: { applied: 1 } });
    expect(await take(write([names, 'S001,6,']))).toMatchObject({ code: 0, report: { unchanged: 1 } });
  });

  test('that was counted before the last update leaves that update alone, by column or for the whole file', async () => {
    const old = '2020-01-01T12:00:00+01:00';
    const names = 'sku_id,quantity_in_stock,as_of';
    await take(write(['sku_id,quantity_in_stock', 'S000,50']));
    const byColumn = await take(write([names, `S000,7,${old}`, 'S002,70,']));
    expect(byColumn).toMatchObject({ code: 0, report: { applied: 1, stale: 1, rejected: 0 } });
    const byFile = await take(write(['sku_id,quantity_in_stock', 'S000,7']), '--as-of', old);
    expect(byFile).toMatchObject({ code: 0, report: { applied: 0, stale: 1, groupId: null } });
    expect(await quantities()).toMatchObject({ S000: 50, S002: 70 });
    await expect(take(write([names]), '--as-of', 'yesterday')).rejects.toThrow(/2026-11-29T18/);
    const ahead = await take(
      write(['sku_id,quantity_in_stock', 'S000,7']),
      '--as-of',
      '2999-01-01T00:00:00Z',
      '--allow-zeroing',
      '0',
    );
    expect(ahead).toMatchObject({
      code: 1,
      report: { rejected: 1, problems: [{ code: 'AS_OF_IN_FUTURE' }] },
    });
  });

  describe('in full mode', () => {
    const keptAfter = async (...lines: string[]) => {
      const path = write(lines);
      const { report } = await take(path, '--mode', 'full', '--dry-run');
      await take(path, '--mode', 'full', '--allow-zeroing', String(report.zeroed));
      const left = Object.entries(await quantities()).filter(([, quantity]) => quantity > 0);
      return left.map(([skuId]) => skuId);
    };

    test('empties none of the SKUs that share a code which a rejected row names, however many they are', async () => {
      const copies = indices(12).map((n) => `COPY-${n},9780141439471,3`);
      await run(importCommand, 'skus', write(['sku_id,isbn,quantity_in_stock', ...copies]));
      const kept = await keptAfter('isbn,quantity_in_stock', '0141439475,4', 'not an isbn,4');
      expect(kept).toHaveLength(copies.length);
      expect(kept.every((skuId) => skuId.startsWith('COPY-'))).toBe(true);
    });

    test('empties no SKU that any code of a rejected row names', async () => {
      await run(importCommand, 'skus', write(['sku_id,ean13', 'S003,4006381333931']));
      const names = 'sku_id,ean13,quantity_in_stock';
      expect(await keptAfter(names, 'NONE,4006381333931,1', 'S004,9780306406157,1')).toEqual([
        'S003',
        'S004',
      ]);
    });
  });

  describe('with --rejected', () => {
    const path = join(folder.path, 'rejected.csv');

    test('that cannot be written is refused before anything is stored', async () => {
      const before = await quantities();
      const flags = ['--rejected', join(folder.path, 'no-such-folder', 'rejected.csv')];
      await expect(take(write(['sku_id,quantity_in_stock', 'S000,77']), ...flags)).rejects.toThrow(
        UsageError,
      );
      const source = write(['sku_id,quantity_in_stock', 'S000,77']);
      await expect(take(source, '--rejected', source)).rejects.toThrow(/would overwrite/);
      expect(await quantities()).toEqual(before);
    });

    test('has every rejected row of a file of several parts, and is gone once none is rejected', async () => {
      const bad = indices(2_500).map((n) => `S000,many ${n}`);
      await take(write(['sku_id,quantity_in_stock', ...bad]), '--allow-zeroing', '0', '--rejected', path);
      const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
      expect(lines.slice(1).map((line) => line.split(',', 2).join())).toEqual(bad);
      await take(write(['sku_id,quantity_in_stock', 'S000,78']), '--rejected', path);
      expect(existsSync(path)).toBe(false);
    });
  });

  test('that is stopped while it is read stores nothing, and says so', async () => {
    const before = await quantities();
    const args = ['inventory', write(['sku_id,quantity_in_stock', 'S000,77'])];
    const where = ['--supplier', supplier, '--database', database.url];
    const { code, out } = await runHere(importCommand, [...args, ...where], AbortSignal.abort());
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/nothing stored[^]*Stopped before the end\.\n$/),
    });
    expect(await quantities()).toEqual(before);
  });

  test('that is changed while it is read is not taken further', async () => {
    const path = write(['sku_id,quantity_in_stock', 'S000,1']);
    const read = createFileReader(path, {});
    expect((await Array.fromAsync(read())).flatMap(({ rows }) => rows)).toHaveLength(1);
    writeFileSync(path, 'sku_id,quantity_in_stock\nS000,1\nS001,2\n');
    await expect(Array.fromAsync(read())).rejects.toThrow(FileFault);
  });
});
