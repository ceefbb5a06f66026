/** `stockgate archive`: what the API says of changes is in files that any program reads, once each, whole or not at all. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { archiveCommand } from '../../src/cli/upkeep/archive.ts';
import { archivedUpTo, supplierFolder, supplierOf } from '../../src/db/archive/archive-files.ts';
import { createArchiveChanges } from '../../src/db/archive/write-archive.ts';
import { lockFolder } from '../../src/db/driver/folder-lock.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { indices } from '../support/range.ts';
import { requestOf, setSku, updateFor } from '../support/requests.ts';
import { runHere, runProgramHere } from '../support/run-here.ts';
import { makeFolder, type TestFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { readLines } from './archived.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
const STATE = 'quantityInStock quantityOnBackorder restrictions backorderDate';
/** All fields of a change, but for the SKU as it is now. */
const CHANGES = `query Changes($after: String) {
  inventoryChanges(first: 100, after: $after) {
    nodes {
      id skuId version before { ${STATE} } after { ${STATE} } delta { quantityInStock quantityOnBackorder }
      source actor reason referenceDocumentUri groupId changedAt asOf
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

describeOnEachStore('an archive', (kind) => {
  let gateway: Gateway;
  let folder: TestFolder;
  let acme: string;
  let quantity = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind);
    await makeAllKindsOfChanges(gateway);
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    folder = makeFolder();
    acme = join(folder.path, 'acme');
  });
  afterEach(() => folder.remove());

  const archive = (...more: string[]) =>
    runHere(archiveCommand, [folder.path, '--database', gateway.url, ...more]);
  const archiveInFiles = (fileChanges: number, upTo = Infinity, stop = new AbortController().signal) =>
    createArchiveChanges(gateway.store)(folder.path, 'acme', upTo, { stop, fileChanges });
  const change = (count = 1) =>
    updateFor(
      gateway.inventory,
      origin,
      indices(count).map(() => setSku('shared', { quantityInStock: ++quantity })),
    );
  const lastPosition = () => gateway.inventory.lastPosition('acme');
  const filesIn = (path = acme) => (existsSync(path) ? readdirSync(path).toSorted() : []);

  test('has what the API gives, for a reader that knows gzip and JSON', async () => {
    expect((await archive()).out).toContain('Archived changes of acme, up to change');
    const told = await allChanges(gateway);
    expect(told.length).toBeGreaterThan(10);
    for (const field of ['reason', 'referenceDocumentUri', 'groupId', 'asOf'])
      expect(told.some((one) => one[field] !== null)).toBe(true);
    const lines = readLines(acme);
    expect(lines).toEqual(told.map((one) => ({ supplier: 'acme', position: Number(one['id']), ...one })));
    expect(filesIn()).toEqual([`changes-000000000001-${pad(told.length)}.ndjson.gz`]);
    expect(statSync(join(acme, filesIn()[0] ?? '')).mode & 0o777).toBe(0o600);
    // The rival made none.
    expect(readdirSync(folder.path).toSorted()).toEqual(['.lock', 'acme', 'rival']);
    expect(filesIn(join(folder.path, 'rival'))).toEqual([]);
  });

  test('goes on behind what it has, and says when there is nothing new', async () => {
    await archive();
    const before = filesIn();
    expect(await archive()).toEqual({ code: 0, out: 'There is nothing new to archive.\n', err: '' });
    expect(filesIn()).toEqual(before);
    const last = await lastPosition();
    await change(3);
    await archive();
    expect(filesIn()).toEqual([...before, `changes-${pad(last + 1)}-${pad(last + 3)}.ndjson.gz`]);
    expect(readLines(acme).map((line) => line.position)).toEqual(indices(last + 3).map((i) => i + 1));
    expect((await archive('--verify')).out).toBe(`acme: changes 1 to ${last + 3}, in 2 files\n`);
  });

  test('begins a new file where one would be too long, and ends where it is told to', async () => {
    await change(20);
    expect(await archiveInFiles(7, 16)).toBe(16);
    expect(filesIn()).toEqual(
      [
        [1, 7],
        [8, 14],
        [15, 16],
      ].map(([first = 0, last = 0]) => `changes-${pad(first)}-${pad(last)}.ndjson.gz`),
    );
    expect(await archivedUpTo(folder.path, 'acme')).toBe(16);
    expect(await archivedUpTo(folder.path, 'nobody')).toBe(0);
    expect(await archiveInFiles(7, 10)).toBe(16);
  });

  test('what a killed run left half written is written anew', async () => {
    mkdirSync(acme);
    writeFileSync(join(acme, 'next.ndjson.gz.part'), gzipSync('{"half":').subarray(0, 12));
    await archive();
    expect(filesIn()).toHaveLength(1);
    expect(readLines(acme)).toHaveLength(await lastPosition());
  });

  test('a run that is stopped leaves whole files alone', async () => {
    const stop = new AbortController();
    await archiveInFiles(5, 5);
    stop.abort();
    await expect(archiveInFiles(5, 10, stop.signal)).rejects.toThrow('aborted');
    expect(filesIn()).toHaveLength(1);
    const said = runHere(archiveCommand, [folder.path, '--database', gateway.url], stop.signal);
    await expect(said).rejects.toThrow('Stopped: the next run goes on behind the last whole file.');
    expect(await archiveInFiles(5, 10)).toBe(10);
  });

  describe('is refused, with the reason, where', () => {
    const refusal = async () => {
      const args = ['archive', folder.path, '--database', gateway.url];
      const { code, err } = await runProgramHere(args);
      expect(code).toBe(1);
      expect(err).toMatch(/\nstockgate: The changes of 1 supplier were not archived\.\n$/);
      return err.split('\n')[0];
    };

    test('files are missing in between', async () => {
      await archiveInFiles(4, 12);
      rmSync(join(acme, filesIn()[1] ?? ''));
      expect(await refusal()).toBe(
        `acme: ${acme} lacks the changes 5 to 8. Bring their files back, or archive into another folder.`,
      );
      await expect(archivedUpTo(folder.path, 'acme')).rejects.toThrow('lacks the changes 5 to 8');
    });

    test('two files have changes in common', async () => {
      await archiveInFiles(4, 8);
      const [first = '', second = ''] = filesIn();
      renameSync(join(acme, second), join(acme, second.replace('5', '4')));
      expect(await refusal()).toMatch(/acme: .* and .* have changes in common\. Move the wrong one away\.$/);
      expect(filesIn()[0]).toBe(first);
    });

    test('another file is there', async () => {
      mkdirSync(acme);
      writeFileSync(join(acme, 'changes.csv'), '');
      expect(await refusal()).toBe(
        `acme: ${join(acme, 'changes.csv')} is no file of an archive. Move it away.`,
      );
    });

    test('the archive is of a store that has gone further', async () => {
      await archive();
      const [name = ''] = filesIn();
      const last = await lastPosition();
      renameSync(join(acme, name), join(acme, `changes-${pad(1)}-${pad(last + 1)}.ndjson.gz`));
      expect(await refusal()).toContain(`${acme} ends with change ${last + 1}, which is not the store's.`);
    });

    test('the archive is of another store', async () => {
      await archive();
      const path = join(acme, filesIn()[0] ?? '');
      const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
      const changed = lines.with(-1, (lines.at(-1) ?? '').replace(/"changedAt":"20/, '"changedAt":"19'));
      writeFileSync(path, gzipSync(`${changed.join('\n')}\n`));
      expect(await refusal()).toContain("which is not the store's.");
    });

    test('another process archives', async () => {
      const unlock = lockFolder(folder.path, '.lock');
      await expect(archive()).rejects.toThrow(`Another process archives into ${folder.path}.`);
      unlock?.();
    });

    test('the folder is a file', async () => {
      writeFileSync(acme, '');
      expect(await refusal()).toMatch(/^acme: (EEXIST|ENOTDIR)/);
    });

    test.skipIf(process.getuid?.() === 0)('the folder cannot be written', async () => {
      mkdirSync(acme);
      chmodSync(acme, 0o500);
      expect(await refusal()).toMatch(/^acme: EACCES/);
    });
  });

  test('--verify names a file that is damaged, or has others than it says', async () => {
    await archiveInFiles(5, 10);
    const [first = '', second = ''] = filesIn().map((name) => join(acme, name));
    const whole = readFileSync(second);
    writeFileSync(second, whole.subarray(0, whole.length - 20));
    await expect(archive('--verify')).rejects.toThrow(`${second} is damaged.`);
    writeFileSync(second, readFileSync(first));
    await expect(archive('--verify')).rejects.toThrow(
      `${second} has something else where change 6 of acme should be.`,
    );
    const lines = gunzipSync(whole).toString().split('\n').slice(0, 3);
    writeFileSync(second, gzipSync(`${lines.join('\n')}\n`));
    await expect(archive('--verify')).rejects.toThrow(`${second} ends before change 9.`);
    writeFileSync(second, 'no gzip');
    await expect(archive('--verify')).rejects.toThrow(`${second} is damaged.`);
  });
});

test.each(['acme', '.', '..', '...', '.hidden', 'a..b', 'acme~2', 'A-Z_0.9', '-rf'])(
  'a supplier called %s has a folder of its own within the archive',
  (supplierId) => {
    const folder = supplierFolder('/archive', supplierId);
    expect(folder).toMatch(/^\/archive\/[^/]+$/);
    const name = folder.slice('/archive/'.length);
    expect(name).not.toMatch(/^\./);
    expect(supplierOf(name)).toBe(supplierId);
  },
);

function pad(position: number): string {
  return String(position).padStart(12, '0');
}

/** Every field of a change has several values in them, and texts are shared. */
async function makeAllKindsOfChanges(gateway: Gateway): Promise<void> {
  const reason =
    'Counted again, as half of the shelves had been left out the first time – “sorry” 😀\u2028\u0085';
  const uri = 'https://erp.example.com/documents/counts/2026-11/north?page=1';
  await updateFor(gateway.inventory, origin, [setSku('shared', { restrictions: 'tmpunavail' })]);
  await updateFor(gateway.inventory, origin, [
    setSku('shared', { quantityInStock: 0, quantityOnBackorder: 70, backorderDate: '2026-12-24' }),
  ]);
  const groupId = '5b3f6d3a-9d0f-4c7e-9a53-0c1d3b5e7f91';
  for (const round of [1, 2]) {
    const rows = ['shared', 'EACH', 'BOOK-NEW', 'GONE'].map((skuId) =>
      setSku(skuId, { quantityInStock: 100 * round, restrictions: null }),
    );
    const more = { reason, referenceDocumentUri: uri, groupId, operation: 'bulkUpdateSkuInventory' };
    await gateway.inventory.update(requestOf({ ...origin, source: 'REST_BULK' }, rows, more));
  }
  const timed = { ...setSku('EACH', { quantityInStock: 5 }), asOf: new Date().toISOString() };
  await updateFor(gateway.inventory, origin, [timed]);
  expect((await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 9 })).statusCode).toBe(200);
  await gateway.catalog.save({ supplierId: 'acme', actor: 'import', groupId: 'an-import' }, [
    { skuId: 'GONE', quantityInStock: 12 },
  ]);
}

async function allChanges(gateway: Gateway): Promise<Record<string, unknown>[]> {
  const changes: Record<string, unknown>[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { body } = await gateway.graphql(CHANGES, { after }, tokens.full);
    const { nodes, pageInfo } = body.data.inventoryChanges;
    changes.push(...nodes);
    ({ endCursor: after, hasNextPage: more } = pageInfo);
  }
  return changes;
}
