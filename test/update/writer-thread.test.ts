/** The writer's thread: it serves several callers, an error is the one call's that made it, and its end is told to all who wait. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInventory, createSideInventory } from '../../src/db/inventory.ts';
import type { CommitSummary } from '../../src/db/commit/observe-commits.ts';
import type { Store } from '../../src/db/store/store.ts';
import { startWriter } from '../../src/db/commit/start-writer.ts';
import { answerCalls } from '../../src/db/commit/writer-callers.ts';
import { connectWriter } from '../../src/db/commit/writer-client.ts';
import type { UpdateAnswer, UpdateRequest } from '../../src/domain/update.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { spawnGateway, untilListening } from '../support/machine/process.ts';
import { adjustSku, requestOf, setSku, updateFor, type Origin } from '../support/requests.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const clock = () => new Date();
const acme: Origin = { supplierId: 'acme', actor: 'test', source: 'GRAPHQL' };
const setEach = (quantityInStock: number) => requestOf(acme, [setSku('EACH', { quantityInStock })]);
const nothing: UpdateAnswer = { replayed: false, refusal: null, results: [], groupId: null };

describeOnEachStore('the writer', (kind) => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await openGateway(kind);
  });
  afterEach(() => gateway.close());

  test('lets its callers share commits, tells one of them of all, and answers everybody before it ends', async () => {
    const commits: CommitSummary[] = [];
    const { store } = gateway;
    const thread = startWriter(store, clock, [
      { committed: (commit) => commits.push(commit), failed: () => undefined },
    ]);
    const sides = range(3).map(() => createSideInventory(store, clock, thread.connect()));
    const asked = range(10).flatMap((n) => sides.map((side, i) => side.update(setEach(3 * n + i))));
    const answers = await Promise.all(asked);
    expect(answers.map(({ results }) => results[0]?.outcome)).toEqual(asked.map(() => 'APPLIED'));
    // What each was told is what the log says, whoever else was in the commit.
    const changes = await gateway.inventory.changesAfter('acme', 0, {}, 100);
    const told = answers.flatMap(({ results: [result] }) =>
      result && 'change' in result ? [result.change] : [],
    );
    expect(told.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))).toEqual(changes);
    await expect.poll(() => commits.reduce((total, { rows }) => total + rows, 0)).toBe(30);
    expect(commits.length).toBeLessThan(10);
    expect(commits.at(-1)?.positions).toEqual([['acme', 30]]);

    const last = sides.map((side, i) => side.update(setEach(1_000 + i)));
    await Promise.all(sides.map((side) => side.close()));
    await thread.close();
    for (const answer of await Promise.all(last)) expect(answer.results[0]?.outcome).toBe('APPLIED');
    await expect(sides[0]?.update(setEach(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  test('answers one update of a supplier before the backlog of another', async () => {
    const { inventory } = gateway;
    let answered = 0;
    const backlog = range(3_000).map(async (n) => {
      await inventory.update(setEach(n));
      answered++;
    });
    await updateFor(inventory, { ...acme, supplierId: 'rival' }, [
      setSku('rival-only', { quantityInStock: 1 }),
    ]);
    // A commit has 250 rows of a supplier while another one writes; a few pass while this one is under way.
    expect(answered).toBeLessThanOrEqual(1_500);
    await Promise.all(backlog);
  });

  test('tells side inventories that wait of commits of all callers, also where polling finds nothing', async () => {
    const fail = () => Promise.reject(new Error('Nothing is found by polling.'));
    // What a poll calls, on PostgreSQL and on SQLite.
    const broken = { executeQuery: fail, getExecutor: () => ({ provideConnection: fail }) };
    const points = broken as unknown as Store['points'];
    const open = (store: Store) => createSideInventory(store, clock, gateway.inventory.connect());
    const deaf = open({ ...gateway.store, points });
    const other = open(gateway.store);
    for (const writer of [gateway.inventory, other, deaf, other]) {
      const position = await other.lastPosition('acme');
      const seen = deaf.untilPast('acme', position, new AbortController().signal);
      // A commit before the writer's thread has heard of the wait would be found by polling.
      await eventually(async () => {
        await updateFor(writer, acme, [adjustSku('EACH', { quantityInStock: 1 })]);
        const isSeen = await Promise.race([seen.then(() => true), pause(50, false)]);
        expect(isSeen).toBe(true);
      });
    }
    await Promise.all([deaf.close(), other.close()]);
  });

  test('takes a side inventory’s changes to those who follow the log', async () => {
    const side = createSideInventory(gateway.store, clock, gateway.inventory.connect());
    const seen = gateway.inventory.untilPast('acme', 0, AbortSignal.timeout(20_000));
    await updateFor(side, acme, [setSku('EACH', { quantityInStock: 5 })]);
    await seen;
    expect(await side.lastPosition('acme')).toBe(1);
    await side.close();
  });
});

test('an answer that cannot be written is that call’s error, and the next call is answered', async () => {
  const { port1, port2 } = new MessageChannel();
  const unwritable = { ...nothing, groupId: 1n as unknown as string };
  const update = (request: UpdateRequest) => {
    if (request.actor === 'thrower') throw new RangeError('Invalid string length');
    return Promise.resolve(request.actor === 'unwritable' ? unwritable : nothing);
  };
  const save = () => Promise.reject(new Error('No catalogs here.'));
  const no = () => Promise.resolve(false);
  const writes = {
    update,
    save,
    ownsClock: no,
    purgeKeys: no,
    prune: no,
    giveBack: no,
    writeAccess: no,
    writeWebhook: no,
  };
  const calls = { ...writes, probe: () => Promise.resolve(null) };
  const rest = { follow: () => undefined, backlog: () => ({ requests: 0, rows: 0 }) };
  answerCalls(port1, { ...calls, ...rest }, () => undefined);
  const writer = connectWriter('sqlite', port2, clock);
  const unsendable = { ...setEach(1), groupId: 1n as unknown as string };
  const asked = [
    writer.update({ ...setEach(1), actor: 'unwritable' }),
    writer.update(unsendable),
    writer.update({ ...setEach(1), actor: 'thrower' }),
    writer.update(setEach(1)),
  ];
  expect(await Promise.allSettled(asked)).toMatchObject([
    // It is stored; the caller cannot be told what came of it.
    { status: 'rejected', reason: { code: 'OUTCOME_UNKNOWN' } },
    { status: 'rejected', reason: expect.any(TypeError) },
    { status: 'rejected', reason: { message: expect.stringContaining('Invalid string length') } },
    { status: 'fulfilled', value: nothing },
  ]);
  expect(await writer.update(setEach(1))).toEqual(nothing);
  await writer.close();
});

test('a thread that cannot open its store leaves no call and no end waiting', async () => {
  const { store, close } = await openGateway('sqlite');
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
  writeFileSync(join(folder, 'file'), '');
  const inventory = createInventory(
    { ...store, url: `sqlite:${join(folder, 'file', 'in-no-folder')}` },
    clock,
  );
  await expect(inventory.update(setEach(1))).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  await expect(inventory.update(setEach(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await inventory.failed).toBeInstanceOf(Error);
  expect(await inventory.ready()).toBe('The store cannot be written.');
  expect(await inventory.backlog()).toEqual({ requests: 0, rows: 0 });
  await inventory.close();
  rmSync(folder, { recursive: true });
  await close();
});

test('when the thread of the real program ends, open calls get 503, the log says why, and the exit code is 1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
  const file = join(folder, 'stockgate.db');
  await seedDatabase(`sqlite:${file}`, [{ skuId: 'EACH' }]);
  // Loaded into every thread: the writer's ends when the file appears.
  const signal = join(folder, 'end');
  writeFileSync(
    join(folder, 'end-thread.mjs'),
    `import { existsSync } from 'node:fs';
     import { isMainThread, workerData } from 'node:worker_threads';
     if (!isMainThread && workerData?.url) setInterval(() => {
       if (existsSync(${JSON.stringify(signal)})) throw new Error('ended by the test');
     }, 20).unref();`,
  );
  const child = spawnGateway(`sqlite:${file}`, [], {
    env: { NODE_OPTIONS: `--import ${join(folder, 'end-thread.mjs')}` },
    stderr: 'pipe',
  });
  let log = '';
  child.stderr?.on('data', (chunk) => (log += String(chunk)));
  const exited = once(child, 'exit');
  const { origin } = await untilListening(child);
  const isReady = async () => (await fetch(`${origin}/ready`)).ok;
  await expect.poll(isReady, { timeout: 20_000 }).toBe(true);
  // The call stays open for as long as another process writes.
  const other = new Sqlite(file);
  other.exec('begin immediate');
  const answer = fetch(`${origin}/timp/products/skus/inventory/`, {
    method: 'POST',
    headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: '{"sku_id": "EACH", "quantity_in_stock": 1}',
  });
  // Meanwhile the thread answers others.
  expect(await isReady()).toBe(true);
  writeFileSync(signal, '');
  const { status } = await answer;
  expect(status).toBe(503);
  expect(await exited).toEqual([1, null]);
  const fatal = log.split('\n').find((line) => line.includes('"level":60'));
  expect(JSON.parse(fatal ?? '{}')).toMatchObject({
    msg: 'nothing more can be stored: the gateway stops',
    err: { message: expect.stringContaining('ended by the test') },
  });
  other.close();
  rmSync(folder, { recursive: true });
});
