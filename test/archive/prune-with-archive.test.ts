/** Nothing is taken away that is not in the archive: by hand, and while a gateway runs. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pruneCommand } from '../../src/cli/upkeep/prune.ts';
import { archiveCommand } from '../../src/cli/upkeep/archive.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { keepPruning } from '../../src/gateway/keep-pruning.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { runHere, runProgramHere } from '../support/run-here.ts';
import { makeFolder, type TestFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { readLines } from './archived.ts';

const DAY_MS = 86_400_000;
const OLD = 30;
const historyMs = 7 * DAY_MS;

describeOnEachStore('with an archive', (kind) => {
  let gateway: Gateway;
  let folder: TestFolder;
  let quantity: number;
  beforeEach(async () => {
    gateway = await openGateway(kind);
    folder = makeFolder();
    quantity = 0;
    for (const supplierId of ['acme', 'rival']) await change(OLD, supplierId);
    await makeOld();
    await change(5);
  });
  afterEach(async () => {
    await gateway.close();
    folder.remove();
  });

  const change = (count: number, supplierId = 'acme') =>
    updateFor(
      gateway.inventory,
      { supplierId, actor: 'dashboard', source: 'GRAPHQL' },
      range(count).map(() => setSku('shared', { quantityInStock: 100 + (quantity += 1) })),
    );
  /** All changes so far are of the store's first moment, and it has been served for 100 days since. */
  const makeOld = async () => {
    const { db } = gateway.store;
    await sql`delete from log_age`.execute(db);
    await sql`insert into log_age (supplier_id, made_at_ms, position)
      select supplier_id, 0, last_position from supplier`.execute(db);
    await sql`update service_clock set elapsed_ms = ${100 * DAY_MS}`.execute(db);
  };
  const left = async (supplierId = 'acme') =>
    (
      await gateway.store.db
        .selectFrom('inventory_change')
        .select('position')
        .where('supplier_id', '=', supplierId)
        .orderBy('position')
        .execute()
    ).map((row) => row.position);
  const archived = (supplierId = 'acme') =>
    readLines(join(folder.path, supplierId)).map((line) => line.position);
  const prune = (...more: string[]) =>
    runHere(pruneCommand, ['--history-days', '7', '--database', gateway.url, ...more]);
  const all = [...range(OLD)];

  test('prune writes first what it takes away then', async () => {
    await prune('--archive', folder.path, '--dry-run');
    expect(readdirSync(folder.path)).toEqual([]);
    expect((await prune('--archive', folder.path)).out).toContain(`Took ${2 * OLD - 1} changes away.`);
    expect(archived()).toEqual(all);
    expect(await left()).toEqual([31, 32, 33, 34, 35]);
    // The rival's newest change stays in the store, and is in the archive too.
    expect(archived('rival')).toEqual(all);
    expect(await left('rival')).toEqual([OLD]);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
  });

  test('the archive goes on where prune has been, also without an age', async () => {
    await prune('--archive', folder.path);
    await runHere(archiveCommand, [folder.path, '--database', gateway.url]);
    expect(archived()).toEqual(range(OLD + 5));
    await runHere(archiveCommand, [folder.path, '--verify']);
  });

  test('archive --history-days writes what prune would take away', async () => {
    await runHere(archiveCommand, [folder.path, '--history-days', '7', '--database', gateway.url]);
    expect(archived()).toEqual(all);
    await prune('--archive', folder.path);
    expect(await left()).toEqual([31, 32, 33, 34, 35]);
    expect(readdirSync(join(folder.path, 'acme'))).toHaveLength(1);
  });

  test('what cannot be written is kept; other suppliers are pruned', async () => {
    writeFileSync(join(folder.path, 'acme'), 'no folder');
    const args = ['prune', '--history-days', '7', '--database', gateway.url, '--archive', folder.path];
    const { code, err } = await runProgramHere(args);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^acme: .*\nstockgate: The changes of 1 supplier could not be archived: they are kept\.\n$/,
    );
    expect(await left()).toEqual(range(OLD + 5));
    expect(await left('rival')).toEqual([OLD]);
  });

  test('changes that went without being archived are told, and the rest is kept', async () => {
    await runHere(archiveCommand, [folder.path, '--database', gateway.url]);
    await change(5);
    await makeOld();
    await prune();
    await change(5);
    await makeOld();
    const { err } = await runProgramHere(['archive', folder.path, '--database', gateway.url]);
    expect(err).toContain(
      `acme: The changes 36 to 40 of acme were taken away, and ${join(folder.path, 'acme')} does not have them.`,
    );
    await expect(prune('--archive', folder.path)).rejects.toThrow('could not be archived');
    expect(await left()).toEqual([40, 41, 42, 43, 44, 45].filter((position) => position > 40));
  });

  test('a gateway does the same, and keeps what it cannot write', async () => {
    const warn = vi.fn<(line: object, message: string) => void>();
    writeFileSync(join(folder.path, 'acme'), 'no folder');
    const stop = keepPruning(
      gateway.store,
      gateway.inventory,
      { historyMs, archive: folder.path },
      { warn, info: () => undefined },
    );
    await eventually(async () => expect(await left('rival')).toEqual([OLD]));
    await stop();
    expect(warn.mock.calls).toEqual([
      [
        expect.objectContaining({ supplierId: 'acme' }),
        'old changes could not be archived, so they are kept',
      ],
    ]);
    expect(await left()).toEqual(range(OLD + 5));
    expect(archived('rival')).toEqual(all);
  });

  test('a gateway whose archive cannot be opened keeps all', async () => {
    const warn = vi.fn<(line: object, message: string) => void>();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const stop = keepPruning(
      gateway.store,
      gateway.inventory,
      { historyMs, archive: file },
      { warn, info: () => undefined },
    );
    await eventually(async () => expect(warn).toHaveBeenCalled());
    await stop();
    expect(await left()).toEqual(range(OLD + 5));
    expect(existsSync(join(folder.path, 'acme'))).toBe(false);
  });
});

test('serve --archive without --history-days is refused', async () => {
  const { code, err } = await runProgramHere(['serve', '--archive', 'somewhere', '--port', '0']);
  expect(code).toBe(2);
  expect(err).toContain('--archive needs --history-days: without it no change is taken away.');
});
