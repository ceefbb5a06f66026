/** What suppliers and disks do to a watched folder: odd names, broken folders, links, restarts. One file never blocks the others. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchCommand } from '../../src/cli/feed/watch.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { claimFile } from '../../src/gateway/feed/claim-file.ts';
import { fileAway, type FiledFeed } from '../../src/gateway/feed/file-away.ts';
import { toClaim } from '../../src/gateway/feed/names.ts';
import { RejectedRowsFile } from '../../src/gateway/feed/rejected-rows-file.ts';
import { eventually } from '../support/eventually.ts';
import { seedStore } from '../support/gateway.ts';
import { runHere, type Said } from '../support/run-here.ts';
import { makeFolder, type TestDatabase } from '../support/stores/databases.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

const FILE = 'sku_id,quantity_in_stock\n';
const ROW = `${FILE}EACH,17\n`;
const ID = '00000000-0000-4000-8000-000000000001';

const folder = makeFolder();
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase('sqlite');
  store = await openStore(database.url);
  await seedStore(store, () => new Date());
});
afterAll(async () => {
  await store.close();
  await database.remove();
  folder.remove();
});

/** A watched folder with a folder of a supplier, and what to do with it. */
function makeWatched(name: string) {
  const directory = join(folder.path, name);
  const acme = join(directory, 'acme');
  mkdirSync(join(acme, 'in'), { recursive: true });
  for (const part of ['claimed', 'done', 'rejected', 'spool']) mkdirSync(join(acme, part));
  const drop = (file: string | Buffer, text = ROW) => {
    const path = Buffer.concat([Buffer.from(`${acme}/in/`), Buffer.from(file)]);
    writeFileSync(path, text);
    writeFileSync(Buffer.concat([path, Buffer.from('.done')]), '');
  };
  const list = (part: string) => readdirSync(join(acme, part));
  return { directory, acme, drop, list };
}

/** Watches until the check passes, and then for `more` milliseconds. Resolves with what the program said. */
async function watchUntil(directory: string, check: () => void, more = 0): Promise<Said> {
  const stop = new AbortController();
  const args = [directory, '--feed-dir-wait', 'done', '--database', database.url];
  const watching = runHere(watchCommand, args, stop.signal);
  try {
    await Promise.race([eventually(check), watching]);
    await new Promise((resolve) => setTimeout(resolve, more));
  } finally {
    stop.abort();
  }
  return watching;
}

test('the folder may be given relative to the working directory', async () => {
  const { directory, drop, list } = makeWatched('relative');
  drop('a.csv');
  await watchUntil(relative(process.cwd(), directory), () => expect(list('done')).toContain('a.csv'));
});

test('a name that is long, has line ends or is no UTF-8 blocks no file', async () => {
  const { directory, drop, list } = makeWatched('names');
  const long = `${'é'.repeat(110)}.full.csv`;
  drop(long);
  drop('\nline.csv');
  drop('two\nlines.csv');
  drop('--help.csv');
  drop(Buffer.concat([Buffer.from([0x41, 0xe9]), Buffer.from('.csv')]));
  drop('zz.csv');
  const names = ['\nline.csv', 'two\nlines.csv', '--help.csv', 'zz.csv'];
  const { err } = await watchUntil(
    directory,
    () => {
      expect(list('done')).toEqual(expect.arrayContaining(names));
      expect(list('done').filter((name) => /^é{50,}\.full\.csv$/.test(name))).toHaveLength(1);
    },
    2_100,
  );
  expect(list('claimed')).toEqual([]);
  expect(err.match(/not UTF-8/g)).toHaveLength(1);
});

test('what is broken is told once, and blocks no other supplier', async () => {
  const { directory, drop, list } = makeWatched('broken');
  mkdirSync(join(directory, 'rival'));
  mkdirSync(join(directory, 'lock'));
  writeFileSync(join(directory, 'rival', 'claimed'), '');
  drop('a.csv');
  const { err } = await watchUntil(directory, () => expect(list('done')).toContain('a.csv'), 2_100);
  expect(err.match(/must be a folder/g)).toHaveLength(1);
});

/** A feed that has ended. */
function ended(report: { readonly rejected: number } | null): FiledFeed {
  const counts = {
    mode: 'delta',
    dryRun: false,
    rows: 1,
    applied: 0,
    unchanged: 0,
    stale: 0,
    zeroed: 0,
    ...{ unitsBefore: 0, unitsAfter: 0, preview: [] },
    ignored: [],
    hints: [],
  } as const;
  const time = new Date().toISOString();
  return {
    ...{ feedId: ID, filename: 'a.csv', state: 'DONE', refusal: null, createdAt: time, finishedAt: time },
    ...{ report: report && { ...counts, ...report, groupId: ID }, problems: [] },
  };
}

test('a file that became a link, a folder or nothing since it was listed is not claimed', async () => {
  const { acme, list } = makeWatched('swapped');
  symlinkSync('/etc/passwd', join(acme, 'in', 'link.csv'));
  mkdirSync(join(acme, 'in', 'folder.csv'));
  for (const name of ['link.csv', 'folder.csv', 'gone.csv']) expect(await claimFile(acme, name)).toBeNull();
  expect(list('claimed')).toEqual([]);
});

test('filing away overwrites nothing, follows no link, and lets others read the rejected rows', async () => {
  const { acme, list } = makeWatched('filing');
  const spool = join(acme, 'spool');
  const outside = join(folder.path, 'outside');
  writeFileSync(outside, 'mine');
  writeFileSync(join(acme, 'rejected', 'a.csv.report.json'), 'older');
  writeFileSync(join(acme, 'claimed', `${ID}.a.csv`), ROW);
  writeFileSync(join(spool, `${ID}.rejected.csv`), 'rows', { mode: 0o600 });
  for (const end of ['report.json.part', 'rejected.csv.part', 'rejected.csv'])
    symlinkSync(outside, join(acme, 'rejected', `a.${ID}.csv.${end}`));
  await fileAway(acme, { feedId: ID, name: 'a.csv' }, ended({ rejected: 1 }), spool);
  const name = `a.${ID}.csv`;
  const filed = [name, `${name}.rejected.csv`, `${name}.report.json`];
  expect(list('rejected').toSorted()).toEqual([...filed, 'a.csv.report.json'].toSorted());
  expect(readFileSync(outside, 'utf8')).toBe('mine');
  const rows = join(acme, 'rejected', `${name}.rejected.csv`);
  expect(readFileSync(rows, 'utf8')).toBe('rows');
  expect(lstatSync(rows).mode).toBe(lstatSync(join(acme, 'rejected', `${name}.report.json`)).mode);
});

test('filing away goes on after a kill under the same name, and without rejected rows of another program', async () => {
  const { acme, list } = makeWatched('interrupted');
  const claim = { feedId: ID, name: 'a.csv' };
  const claimed = join(acme, 'claimed', toClaim(claim));
  const feed = ended({ rejected: 1 });
  writeFileSync(claimed, ROW);
  await fileAway(acme, claim, feed, join(acme, 'spool'));
  renameSync(join(acme, 'rejected', 'a.csv'), claimed);
  writeFileSync(join(acme, 'rejected', 'a.csv.rejected.csv'), 'a part');
  writeFileSync(join(acme, 'spool', `${ID}.rejected.csv`), 'rows');
  await fileAway(acme, claim, feed, join(acme, 'spool'));
  expect(list('rejected').toSorted()).toEqual(['a.csv', 'a.csv.rejected.csv', 'a.csv.report.json']);
  expect(readFileSync(join(acme, 'rejected', 'a.csv.rejected.csv'), 'utf8')).toBe('rows');
});

test('rejected rows that are in another spool leave no gap', async () => {
  const path = join(folder.path, 'gap.csv');
  await using rows = await RejectedRowsFile.open(path, 100);
  rows.begin({ header: { line: 1, cells: ['sku_id'] }, ignored: [], hints: [], delimiter: ',' });
  await rows.write([]);
  await rows.sync();
  expect(readFileSync(path, 'utf8')).toMatch(/^\uFEFF?sku_id/);
});

test('filing away that fails leaves no half-written file, and the file stays claimed', async () => {
  const { acme, list } = makeWatched('failing');
  writeFileSync(join(acme, 'claimed', `${ID}.a.csv`), ROW);
  mkdirSync(join(acme, 'spool', `${ID}.rejected.csv`));
  const filing = fileAway(acme, { feedId: ID, name: 'a.csv' }, ended({ rejected: 1 }), join(acme, 'spool'));
  await expect(filing).rejects.toThrow('EISDIR');
  expect(list('rejected')).toEqual(['a.csv.report.json']);
  expect(list('claimed')).toEqual([`${ID}.a.csv`]);
});
