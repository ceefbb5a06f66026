/** A gateway that is killed at any moment applies each file of its watched folder exactly once. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import { eventually } from '../support/eventually.ts';
import { seedStore } from '../support/gateway.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { createRandom } from './random.ts';

/** Further kills, at random moments, and a further file for each: `STOCKGATE_FEED_KILLS=30 npx vitest run test/crash/folder-crash`. */
const KILLS = Number(process.env['STOCKGATE_FEED_KILLS'] ?? 0);
const KILL_WITHIN_MS = 2_500;
const FIRST_FILES = 4;
const FILES = FIRST_FILES + KILLS;
/** Moments at which the gateway is killed, in the order of a file's way. */
const MOMENTS = ['claimed', 'claimed', 'done'] as const;

describeOnEachStore('a watched folder and kill -9', (kind) => {
  test(
    'each file once, and each report',
    async () => {
      const database = await createTestDatabase(kind);
      const folder = makeFolder();
      const supplier = join(folder.path, 'dropped', 'acme');
      mkdirSync(join(supplier, 'in'), { recursive: true });
      const random = createRandom(7);
      let gateway: RunningGateway | undefined;
      const start = () =>
        startGateway(
          database.url,
          ...['--feed-dir', join(folder.path, 'dropped'), '--feed-dir-wait', 'done'],
          ...['--feed-spool', join(folder.path, 'spool'), '--log-level', 'fatal'],
        );
      try {
        const store = await openStore(database.url);
        await seedStore(store, () => new Date());
        await store.close();
        for (const n of range(FIRST_FILES)) drop(supplier, n);
        for (const moment of MOMENTS) {
          gateway = await start();
          await untilSeen(supplier, moment);
          await killWithin(gateway, random.below(60));
        }
        for (const n of range(KILLS)) {
          drop(supplier, FIRST_FILES + n);
          gateway = await start();
          await killWithin(gateway, random.below(KILL_WITHIN_MS));
        }
        gateway = await start();
        await eventually(() => expect(csvIn(join(supplier, 'done'))).toHaveLength(FILES));
        await gateway.stop();
        expect(readdirSync(join(supplier, 'in'))).toEqual([]);
        expect(readdirSync(join(supplier, 'claimed'))).toEqual([]);
        await check(database.url, supplier);
      } finally {
        if (gateway?.process.exitCode === null) await gateway.stop('SIGKILL');
        await database.remove();
        folder.remove();
      }
    },
    90_000 + 10_000 * KILLS,
  );
});

/** Every file sets the SKU to another number, so that a second time would be seen. */
function drop(supplier: string, n: number): void {
  const path = join(supplier, 'in', `stock-${n}.csv`);
  writeFileSync(`${path}.part`, `sku_id,quantity_in_stock\nEACH,${100 + n}\nshared,${200 + n}\n`);
  renameSync(`${path}.part`, path);
  writeFileSync(`${path}.done`, '');
}

async function killWithin(gateway: RunningGateway, ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  await gateway.stop('SIGKILL');
}

/** A file may stand in a folder for less time than a look takes. Then all are done. */
async function untilSeen(supplier: string, moment: string): Promise<void> {
  const countIn = (folder: string) => csvIn(join(supplier, folder)).length;
  await eventually(() => expect(countIn(moment) > 0 || countIn('done') === FIRST_FILES).toBe(true));
}

function csvIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.csv'));
}

async function check(url: string, supplier: string): Promise<void> {
  const store = await openStore(url);
  const feeds = await store.db.selectFrom('feed').selectAll().execute();
  const changes = await store.db
    .selectFrom('inventory_change')
    .selectAll()
    .where('source', '=', 'FEED')
    .execute();
  await store.close();
  expect(feeds.map(({ filename, state }) => `${filename} ${state}`).toSorted()).toEqual(
    range(FILES)
      .map((n) => `stock-${n}.csv DONE`)
      .toSorted(),
  );
  for (const n of range(FILES)) {
    const text = readFileSync(join(supplier, 'done', `stock-${n}.csv.report.json`), 'utf8');
    const { feedId, applied } = JSON.parse(text) as { feedId: string; applied: number };
    const own = changes.filter(({ group_id }) => group_id === feedId);
    expect(applied).toBe(2);
    expect(own.map(({ quantity_in_stock: stock }) => stock).toSorted((a, b) => a - b)).toEqual([
      100 + n,
      200 + n,
    ]);
  }
  expect(changes).toHaveLength(2 * FILES);
}
