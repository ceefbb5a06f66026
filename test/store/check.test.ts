/** `stockgate check`: each kind of damage is found, a sound store has none, and looking changes nothing. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCommand } from '../../src/cli/upkeep/check.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { checkDatabase, checkTables } from '../../src/db/upkeep/check.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Tables } from '../../src/db/store/tables.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { inSnapshot } from '../../src/db/store/transaction.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { runHere, runProgramHere } from '../support/run-here.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

/** Positions: EACH has 1, 3 and 4, GONE has 2 and 5; `shared` and others have none. */
const changes = [
  ['EACH', { quantityInStock: 1 }],
  ['GONE', { quantityInStock: 2, restrictions: null }],
  ['EACH', { quantityInStock: 3, quantityOnBackorder: 1 }],
  ['EACH', { quantityInStock: 4, restrictions: 'tmpunavail' }],
  ['GONE', { quantityInStock: 5, restrictions: 'discontd' }],
] as const;

const words = {
  noLast: 'A SKU has a version, and no last change',
  lastMissing: `A SKU's last change is missing`,
  version: 'A SKU has another version than its last change',
  state: 'A SKU is not as its last change left it',
  notFirst: `A change is not a SKU's first, and names none before it`,
  previousMissing: 'A change names one before it that is missing',
  gap: `A change's version does not follow the one before it`,
  before: 'A change does not begin where the one before it ended',
  count: 'A SKU has more or fewer changes than versions',
  changeOfNone: 'A change is of a SKU that does not exist',
  positions: `A supplier's positions have a gap`,
  codeOfNone: 'A code is of a SKU that does not exist',
  skuValue: 'A SKU has a quantity, restriction or date that cannot be',
  changeValue: 'A change has a quantity, restriction or date that cannot be',
  skuTime: 'A SKU has a time that cannot be',
  changeTime: 'A change has a time that cannot be',
  texts: `A change's texts are missing`,
  keyDays: `A supplier's idempotency keys take other room in all than by days`,
  keyBytes: `A supplier's idempotency keys take other room than it is said to use`,
  webhook: `A webhook endpoint is ahead of its supplier's changes`,
  reference: 'A row refers to one that does not exist',
  file: 'The file is damaged',
} as const;
type Found = Partial<Record<keyof typeof words, number>>;

const ofSku = (set: string, skuId = 'EACH') =>
  `update sku set ${set} where supplier_id = 'acme' and sku_id = '${skuId}'`;
const ofChange = (set: string, position: number) =>
  `update inventory_change set ${set} where supplier_id = 'acme' and position = ${position}`;
const remove = (position: number) => `delete from inventory_change where position = ${position}`;
const lastPosition = (value: number) =>
  `update supplier set last_position = ${value} where supplier_id = 'acme'`;
/** As a second change out of the same state: the log's columns, with its own position. */
const branch = `insert into inventory_change select supplier_id, 6, sku_id, version, quantity_in_stock_before, quantity_in_stock,
  quantity_on_backorder_before, quantity_on_backorder, restrictions_before, restrictions, source, actor, changed_at, reason,
  reference_document_uri, group_id, previous_position, backorder_date_before, backorder_date, as_of from inventory_change where position = 3`;
const orphan = (skuId: string) => `delete from sku where supplier_id = 'acme' and sku_id = '${skuId}'`;

const tamperings: readonly (readonly [what: string, statements: readonly string[], found: Found])[] = [
  ['a quantity', [ofSku('quantity_in_stock = 9')], { state: 1 }],
  [
    'the position of a webhook endpoint',
    [
      `insert into webhook_endpoint (supplier_id, endpoint_id, url, filter, secret, position, created_at) values ('acme', 'e', '', '{}', '', 6, '')`,
    ],
    { webhook: 1 },
  ],
  [
    'the message of a webhook endpoint',
    [
      `insert into webhook_endpoint (supplier_id, endpoint_id, url, filter, secret, position, pending_until, created_at) values ('acme', 'e', '', '{}', '', 5, 6, '')`,
    ],
    { webhook: 1 },
  ],
  ['a backorder', [ofSku('quantity_on_backorder = 9')], { state: 1 }],
  ['a backorder date', [ofSku(`backorder_date = '2026-12-01'`)], { state: 1 }],
  ['what a backorder date was before', [ofChange(`backorder_date_before = '2026-12-01'`, 4)], { before: 1 }],
  ['a time that is none', [ofSku(`restrictions_as_of = 'now'`)], { skuTime: 1 }],
  ['a time with an offset', [ofSku(`quantity_in_stock_as_of = '2026-11-01T09:30:00+01:00'`)], { skuTime: 1 }],
  ['a time that is empty', [ofSku(`backorder_date_as_of = ''`)], {}],
  ['the time of a change', [ofChange(`as_of = 'now'`, 3)], { changeTime: 1 }],
  ['a restriction', [ofSku(`restrictions = 'discontd'`)], { state: 1 }],
  ['a restriction that is lifted', [ofSku('restrictions = null')], { state: 1 }],
  ['a version', [ofSku('version = 7')], { version: 1, count: 1 }],
  ['the version of a new SKU', [ofSku('version = 1', 'shared')], { noLast: 1 }],
  ['a SKU without its last change', [ofSku('last_change_position = null')], { noLast: 1 }],
  ['a last change that is not there', [ofSku('last_change_position = 99')], { lastMissing: 1 }],
  ['a last change of another SKU', [ofSku('last_change_position = 5')], { lastMissing: 1 }],
  [
    'a SKU put back to a former change',
    [ofSku('last_change_position = 3, version = 2, quantity_in_stock = 3, restrictions = null')],
    { count: 1 },
  ],
  ['a change without the one before it', [ofChange('previous_position = null', 3)], { notFirst: 1 }],
  ['a first change with a later version', [ofChange('version = 8', 2)], { notFirst: 1, gap: 1 }],
  ['a link to a change that is not there', [ofChange('previous_position = 99', 3)], { previousMissing: 1 }],
  ['a link to a change of another SKU', [ofChange('previous_position = 2', 3)], { previousMissing: 1 }],
  ['a link to itself', [ofChange('previous_position = 3', 3)], { previousMissing: 1 }],
  ['a version left out', [ofChange('version = 8', 3)], { gap: 2 }],
  ['a link past a change', [ofChange('previous_position = 1', 4)], { gap: 1 }],
  ['what a quantity was before', [ofChange('quantity_in_stock_before = 9', 3)], { before: 1 }],
  ['what a backorder was before', [ofChange('quantity_on_backorder_before = 9', 4)], { before: 1 }],
  ['what a restriction was before', [ofChange(`restrictions_before = 'discontd'`, 5)], { before: 1 }],
  ['what a change left', [ofChange('quantity_in_stock = 9', 3)], { before: 1 }],
  ['a change that is gone', [remove(3)], { previousMissing: 1, count: 1, positions: 1 }],
  ['the last change that is gone', [remove(5), lastPosition(4)], { lastMissing: 1, count: 1 }],
  ['two changes out of one', [branch, lastPosition(6)], { count: 1 }],
  ['a last position ahead', [lastPosition(6)], { positions: 1 }],
  ['a last position behind', [lastPosition(4)], { positions: 1 }],
  [
    'a gap that the count hides',
    [ofChange('position = 99', 2), ofChange('previous_position = 99', 5)],
    { positions: 1, previousMissing: 1 },
  ],
  ['texts that no change has', [ofChange(`reference_document_uri = '*99'`, 3)], { texts: 1 }],
  ['room that no key takes', [`update supplier set idempotency_bytes = 1`], { keyBytes: 2, keyDays: 2 }],
  ['codes without their SKU', [orphan('BOOK-NEW')], { codeOfNone: 2, reference: 2 }],
  ['changes without their SKU', [orphan('GONE')], { changeOfNone: 1, reference: 2 }],
];

/** Done and looked at within a transaction that never commits, so that nothing holds the tampering up, and nothing is left of it. */
async function findAfter({ store }: Gateway, statements: readonly string[]): Promise<Found> {
  let found: Found = {};
  const undone = new Error('undone');
  const tamper = async (trx: Kysely<Tables>) => {
    const free =
      store.kind === 'sqlite'
        ? ['pragma defer_foreign_keys = on']
        : [`set local session_replication_role = replica`];
    for (const statement of [...free, ...statements]) await sql.raw(statement).execute(trx);
    const { findings } = await checkTables(trx, store.kind);
    const nameOf = (problem: string) =>
      Object.entries(words).find(([, text]) => text === problem)?.[0] ?? problem;
    found = Object.fromEntries(findings.map(({ problem, count }) => [nameOf(problem), count]));
    throw undone;
  };
  await expect(store.db.transaction().execute(tamper)).rejects.toBe(undone);
  return found;
}

async function openGatewayWithHistory(kind: 'sqlite' | 'postgres'): Promise<Gateway> {
  const gateway = await openGateway(kind);
  const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
  for (const [skuId, values] of changes) await updateFor(gateway.inventory, origin, [setSku(skuId, values)]);
  return gateway;
}

describeOnEachStore('check', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => void (gateway = await openGatewayWithHistory(kind)));
  afterAll(() => gateway.close());

  test('finds nothing in a sound store, beside the gateway that has it open', async () => {
    expect(await runHere(checkCommand, ['--database', gateway.url])).toEqual({
      code: 0,
      out: 'No problem in 2 suppliers, 12 SKUs, 16 codes and 5 changes.\n',
      err: '',
    });
    expect(await findAfter(gateway, [])).toEqual({});
  });

  test.each(tamperings)('finds %s', async (_what, statements, found) => {
    // Each store has a rule of its own.
    const foreign = kind === 'sqlite' ? 'keyDays' : 'reference';
    const expected = Object.entries(found).filter(([problem]) => problem !== foreign);
    expect(await findAfter(gateway, statements)).toEqual(Object.fromEntries(expected));
  });

  test('names supplier and SKU, gives some examples and the count, and fails', async () => {
    const tampered = await openGatewayWithHistory(kind);
    await sql.raw(`update sku set quantity_in_stock = 77 where version > 0`).execute(tampered.store.db);
    await sql
      .raw(`update sku set version = 1 where supplier_id = 'acme' and version = 0`)
      .execute(tampered.store.db);
    const { code, out, err } = await runHere(checkCommand, ['--database', tampered.url]);
    await tampered.close();
    expect([code, err]).toEqual([1, '']);
    expect(out.split('\n')).toEqual(
      expect.arrayContaining([
        `${words.noLast}: 7`,
        '  ...',
        `${words.state}: 2`,
        '  acme, SKU EACH: is 77 in stock, 1 on backorder, tmpunavail at version 3; its last change, 4, left 4 in stock, 1 on backorder, tmpunavail at version 3',
      ]),
    );
    expect(out.split('\n').filter((line) => line.startsWith('  acme'))).toHaveLength(5);
  });

  test('looks at one moment, while others write', async () => {
    const store = await openStore(gateway.url, { readOnly: kind === 'sqlite' });
    const origin = { supplierId: 'rival', actor: 'dashboard', source: 'GRAPHQL' } as const;
    const seen = await inSnapshot(store, async (db) => {
      const before = await checkTables(db, kind);
      const [result] = await updateFor(gateway.inventory, origin, [setSku('shared', { quantityInStock: 1 })]);
      expect(result?.outcome).toBe('APPLIED');
      return [before, await checkTables(db, kind)];
    });
    const after = await inSnapshot(store, (db) => checkTables(db, kind));
    await store.close();
    expect(seen.map((report) => report.changes)).toEqual([5, 5]);
    expect(after).toEqual({ ...seen[0], changes: 6 });
  });

  test('does not make or migrate the database', async () => {
    const url = kind === 'sqlite' ? `${gateway.url}-other` : gateway.url.replace(/\w+$/, 'postgres');
    if (kind === 'sqlite') {
      await expect(runHere(checkCommand, ['--database', url])).rejects.toThrow(
        /^There is no database at .*-other\.$/,
      );
      expect(existsSync(url.slice('sqlite:'.length))).toBe(false);
      writeFileSync(url.slice('sqlite:'.length), '');
    }
    await expect(runHere(checkCommand, ['--database', url])).rejects.toThrow(
      'The database does not have the present schema: run `npm run stockgate -- migrate` on it first.',
    );
    if (kind === 'sqlite') expect(readFileSync(url.slice('sqlite:'.length))).toHaveLength(0);
  });
});

describe('check of a SQLite file', () => {
  let folder: string;
  let sound: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stockgate-check-'));
    sound = join(folder, 'sound.db');
    const store = await openStore(`sqlite:${sound}`);
    await saveSupplier(store, 'acme', new Date());
    const rows = Array.from({ length: 200 }, (_, i) => ({
      skuId: `S-${i}`,
      upca: `${i}`,
      quantityInStock: i,
    }));
    await createCatalog(store, () => new Date()).save({ supplierId: 'acme', actor: 'seed' }, rows);
    await store.close();
    // No page that is of no use, whose damage would be none.
    const file = new Sqlite(sound);
    file.exec('vacuum; pragma journal_mode = delete');
    file.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const copy = (name: string) => {
    const path = join(folder, name);
    copyFileSync(sound, path);
    return path;
  };
  /** What is said, whether it is thrown or printed. */
  const say = async (path: string) =>
    runHere(checkCommand, ['--database', `sqlite:${path}`]).then(
      ({ code, out }) => (code === 0 ? 'sound' : out.split('\n')[0]),
      (error: unknown) => (error instanceof Error ? error.message : error),
    );

  test('finds every page that is torn', async () => {
    const path = copy('torn.db');
    const whole = readFileSync(sound);
    const pageBytes = 2_048;
    const missed: unknown[] = [];
    expect(await say(path)).toBe('sound');
    for (let at = 0; at < whole.length; at += pageBytes) {
      const torn = Buffer.from(whole).fill(0xa5, at, at + pageBytes);
      writeFileSync(path, torn);
      const said = await say(path);
      if (!/^The file is damaged(: \d+|, or is no SQLite database: .*)$/.test(String(said)))
        missed.push([at / pageBytes, said]);
    }
    expect(whole.length / pageBytes).toBeGreaterThan(20);
    expect(missed).toEqual([]);
  });

  test('with a damaged header, or cut off, says so in one line, without a stack', async () => {
    const path = copy('header.db');
    writeFileSync(path, 'garbage', { flag: 'r+' });
    expect(await runProgramHere(['check', '--database', `sqlite:${path}`])).toEqual({
      code: 1,
      out: '',
      err: 'stockgate: The file is damaged, or is no SQLite database: file is not a database.\n',
    });
    const cut = copy('cut.db');
    truncateSync(cut, 2_048 * 10);
    expect(await say(cut)).toMatch(/^The file is damaged/);
  });

  test.each([
    ['quantity_in_stock = -1', '-1 in stock, 0 on backorder'],
    ['quantity_on_backorder = 2147483648', '1 in stock, 2147483648 on backorder'],
    [`restrictions = 'gone'`, '1 in stock, 0 on backorder, gone'],
    [`backorder_date = '2026-02-30'`, '1 in stock, 0 on backorder, due 2026-02-30'],
    [`backorder_date = 'soon'`, '1 in stock, 0 on backorder, due soon'],
  ])('finds a value that a constraint forbids: %s', async (set, what) => {
    const path = copy('constraint.db');
    const file = new Sqlite(path);
    file.pragma('ignore_check_constraints = on');
    file.exec(`update sku set ${set} where sku_id = 'S-1'`);
    file.exec(`insert into inventory_change select supplier_id, 1, sku_id, 1, 0, quantity_in_stock, 0, quantity_on_backorder, null,
      restrictions, '', '', '', null, null, null, null, null, backorder_date, null from sku where sku_id = 'S-1'`);
    file.exec(
      `update sku set version = 1, last_change_position = 1 where sku_id = 'S-1'; update supplier set last_position = 1`,
    );
    file.close();
    const examples = [{ supplier_id: 'acme', sku_id: 'S-1', what }];
    const { findings } = await checkDatabase(`sqlite:${path}`);
    expect(findings).toEqual([
      { problem: words.skuValue, count: 1, examples },
      { problem: words.changeValue, count: 1, examples },
    ]);
  });

  test('finds rows that refer to no supplier', async () => {
    const path = copy('reference.db');
    const file = new Sqlite(path);
    file.pragma('foreign_keys = off');
    file.exec(
      `delete from supplier; insert into token values ('h', 'gone', 'n', 'supplier', '', '', null, null, null, null, null)`,
    );
    file.close();
    const { findings } = await checkDatabase(`sqlite:${path}`);
    expect(findings).toMatchObject([{ problem: words.reference, count: 201 }]);
  });

  test('neither changes it, nor what a killed gateway left in its log', async () => {
    const path = join(folder, 'killed.db');
    const writer = await openStore(`sqlite:${path}`);
    await saveSupplier(writer, 'acme', new Date());
    // As a kill leaves them: the file without what is in the log alone.
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${path}.left${end}`);
    await writer.close();
    const files = ['', '-wal'].map((end) => readFileSync(`${path}.left${end}`));
    expect(await checkDatabase(`sqlite:${path}.left`)).toMatchObject({ findings: [], suppliers: 1 });
    expect(['', '-wal'].map((end) => readFileSync(`${path}.left${end}`))).toEqual(files);
  });
});
