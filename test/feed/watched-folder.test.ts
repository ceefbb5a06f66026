/** A watched folder: what suppliers drop is applied once, filed away with its report, and nothing else is touched. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchCommand } from '../../src/cli/feed/watch.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { eventually } from '../support/eventually.ts';
import { seedStore } from '../support/gateway.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder, type TestDatabase } from '../support/stores/databases.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const FILE = 'sku_id,quantity_in_stock\n';

/** Waits until the report of this file is there. */
async function reportOf(supplier: string, folder: 'done' | 'rejected', name: string) {
  const path = join(supplier, folder, `${name}.report.json`);
  await eventually(() => expect(existsSync(join(supplier, folder, name))).toBe(true));
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

describeOnEachStore('a watched folder', (kind) => {
  const folder = makeFolder();
  const dropped = join(folder.path, 'dropped');
  const acme = join(dropped, 'acme');
  const drop = (name: string, text: string) => {
    writeFileSync(join(acme, 'in', name), text);
    writeFileSync(join(acme, 'in', `${name}.done`), '');
  };
  let database: TestDatabase;
  let gateway: RunningGateway | undefined;
  let store: Store;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    store = await openStore(database.url);
    await seedStore(store, () => new Date());
    mkdirSync(join(acme, 'in'), { recursive: true });
    mkdirSync(join(dropped, 'nobody', 'in'), { recursive: true });
    gateway = await startGateway(
      database.url,
      ...['--feed-dir', dropped, '--feed-dir-wait', 'done', '--log-level', 'silent'],
      ...['--feed-spool', join(folder.path, 'spool')],
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await store.close();
    await database.remove();
    folder.remove();
  });
  const stockOf = async (skuId: string) => {
    const skus = store.db.selectFrom('sku').where('supplier_id', '=', 'acme').where('sku_id', '=', skuId);
    return (await skus.select('quantity_in_stock').executeTakeFirstOrThrow()).quantity_in_stock;
  };

  test.concurrent('takes a file in, and says what it did', async () => {
    drop('stock.csv', `${FILE}EACH,17\n`);
    const report = await reportOf(acme, 'done', 'stock.csv');
    expect(report).toMatchObject({ file: 'stock.csv', state: 'DONE', mode: 'delta', rows: 1, applied: 1 });
    expect(report).toMatchObject({ rejected: 0, rejectedRows: null, problems: [], refusal: null });
    expect(await stockOf('EACH')).toBe(17);
    const { source, actor, group_id } = await store.db
      .selectFrom('inventory_change')
      .selectAll()
      .where('sku_id', '=', 'EACH')
      .executeTakeFirstOrThrow();
    expect({ source, actor, group_id }).toEqual({
      source: 'FEED',
      actor: 'watched folder',
      group_id: report['feedId'],
    });
  });

  test.concurrent('gives rejected rows back, beside a file of the same name that stays', async () => {
    drop('again.csv', `${FILE}BOOK-NEW,18\nno-such,1\n`);
    const first = await reportOf(acme, 'rejected', 'again.csv');
    expect(first).toMatchObject({
      state: 'DONE',
      applied: 1,
      rejected: 1,
      rejectedRows: 'again.csv.rejected.csv',
    });
    expect(readFileSync(join(acme, 'rejected', 'again.csv.rejected.csv'), 'utf8')).toContain(
      'no-such,1,3,SKU_NOT_FOUND',
    );
    drop('again.csv', `${FILE}no-such,2\nBOOK-NEW,19\n`);
    const another = await eventually(() => {
      const name = readdirSync(join(acme, 'rejected')).find((one) => /^again\.[0-9a-f-]{36}\.csv$/.test(one));
      expect(name).toBeDefined();
      return name ?? '';
    });
    expect(await reportOf(acme, 'rejected', another)).toMatchObject({ problems: [{ line: 2 }] });
    expect(await stockOf('BOOK-NEW')).toBe(19);
    expect(readFileSync(join(acme, 'rejected', 'again.csv'), 'utf8')).toContain('BOOK-NEW,18');
  });

  test.concurrent(
    'holds a full file that would empty the shop, and refuses what is no such file',
    async () => {
      drop('all.full.csv', FILE);
      drop('letter.xlsx', 'Dear clerk');
      expect(await reportOf(acme, 'rejected', 'all.full.csv')).toMatchObject({
        state: 'REFUSED',
        mode: 'full',
        refusal: { code: 'ZEROING_HELD' },
      });
      expect(await reportOf(acme, 'rejected', 'letter.xlsx')).toMatchObject({
        state: 'REFUSED',
        refusal: { code: 'FILE_UNREADABLE' },
      });
      expect(await stockOf('shared')).toBe(10);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'leaves alone what is no ordinary file, or no supplier',
    async () => {
      const outside = join(folder.path, 'outside.csv');
      writeFileSync(outside, `${FILE}GONE,666\n`);
      symlinkSync(outside, join(acme, 'in', 'link.csv'));
      execFileSync('mkfifo', [join(acme, 'in', 'pipe.csv')]);
      mkdirSync(join(acme, 'in', 'folder.csv'));
      symlinkSync(acme, join(dropped, 'rival'));
      writeFileSync(join(dropped, 'nobody', 'in', 'stock.csv'), `${FILE}GONE,666\n`);
      for (const name of ['.hidden.csv', 'notes.txt', 'stock.csv.part']) drop(name, `${FILE}GONE,666\n`);
      const left = ['.hidden.csv', 'folder.csv', 'link.csv', 'notes.txt', 'pipe.csv', 'stock.csv.part'];
      drop('marker.csv', `${FILE}GONE,20\n`);
      await reportOf(acme, 'done', 'marker.csv');
      expect(readdirSync(join(acme, 'in'))).toEqual(expect.arrayContaining(left));
      expect(readdirSync(join(dropped, 'nobody'))).toEqual(['in']);
      expect(await stockOf('GONE')).toBe(20);
      expect(readFileSync(outside, 'utf8')).toBe(`${FILE}GONE,666\n`);
    },
  );

  test.concurrent(
    '`watch` does the same without a gateway, and waits until nobody writes to a file',
    async () => {
      const own = join(folder.path, 'own');
      const inbox = join(own, 'rival', 'in');
      mkdirSync(inbox, { recursive: true });
      const stop = new AbortController();
      const watching = runHere(watchCommand, [own, '--database', database.url], stop.signal);
      writeFileSync(join(inbox, 'whole.csv'), `${FILE}rival-only,5\n`);
      const arriving = setInterval(
        () => appendFileSync(join(inbox, 'arriving.csv'), `${FILE}rival-only,6\n`),
        200,
      );
      try {
        expect(await reportOf(join(own, 'rival'), 'done', 'whole.csv')).toMatchObject({ applied: 1 });
        expect(readdirSync(inbox)).toEqual(['arriving.csv']);
      } finally {
        clearInterval(arriving);
        stop.abort();
      }
      expect((await watching).code).toBe(0);
    },
  );
});
