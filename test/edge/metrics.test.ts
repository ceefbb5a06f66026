/** The metrics: each moves when it should, at both doors, and nothing that a client sends makes a series of its own. */
import { connect } from 'node:net';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInventory } from '../../src/db/inventory.ts';
import { createMetrics, type Metrics } from '../../src/http/edge/metrics.ts';
import { createProbeServer } from '../../src/http/server.ts';
import pino from 'pino';
import { follow } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { requestOf } from '../support/requests.ts';
import { openTestStore } from '../support/stores/stores.ts';

const LEGACY = '/timp/products/skus/inventory/';
const UPDATE = `mutation Update($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome }
}`;
const REVERT = `mutation Revert($input: RevertInventoryChangesInput!) {
  revertInventoryChanges(input: $input) { userErrors { code } }
}`;
const ready = () => Promise.resolve(null);

let gateway: Gateway;
let metrics: Metrics;
let origin: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite', undefined, { ready }, { metrics: 'on' });
  if (!gateway.metrics) throw new Error('The metrics are off.');
  metrics = gateway.metrics;
  origin = await gateway.listen();
  // A writer's thread that has just started may not answer in time on a busy machine.
  await eventually(async () => expect((await readSeries()).get('stockgate_ready')).toBe(1));
});
afterAll(() => gateway.close());

/** Every series of ours with its value. */
async function readSeries(): Promise<Map<string, number>> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('stockgate_'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** What moved meanwhile, without histograms' buckets and sums, and without SQLite's log, which moves when it likes. */
async function moved(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await readSeries();
  await act();
  const after = await readSeries();
  return Object.fromEntries(
    Array.from(after, ([name, value]): [string, number] => [name, value - (before.get(name) ?? 0)]).filter(
      ([name, change]) => change !== 0 && !/_(?:bucket|sum)\b|_log_bytes|_checkpoint_age_/.test(name),
    ),
  );
}

const request = (door: string, outcome: string, count = 1) => ({
  [`stockgate_requests_total{door="${door}",outcome="${outcome}"}`]: count,
  [`stockgate_request_duration_seconds_count{door="${door}",outcome="${outcome}"}`]: count,
});
const rows = (source: string, outcome: string, count = 1) => ({
  [`stockgate_rows_total{source="${source}",outcome="${outcome}"}`]: count,
});
const refusals = (code: string, count = 1) => ({ [`stockgate_refusals_total{code="${code}"}`]: count });
const commits = (count = 1) => ({
  stockgate_commit_rows_count: count,
  stockgate_commit_duration_seconds_count: count,
});

const send = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
  (
    await fetch(origin + path, {
      method: 'POST',
      headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  ).text();
const graphql = (input: unknown, headers = {}) =>
  send('/graphql', { query: UPDATE, variables: { input } }, headers);
const revert = (input: unknown) => send('/graphql', { query: REVERT, variables: { input } });
const by = (skuId: string) => ({ identifier: { skuId } });

describe('each metric moves when it should', () => {
  test.each<[what: string, act: () => Promise<unknown>, expected: Record<string, number>]>([
    [
      'an update through GraphQL',
      () => graphql({ ...by('EACH'), quantityInStock: 5 }),
      { ...request('graphql', 'ok'), ...rows('graphql', 'applied'), ...commits() },
    ],
    [
      'the same again',
      () => graphql({ ...by('EACH'), quantityInStock: 5 }),
      { ...request('graphql', 'ok'), ...rows('graphql', 'unchanged'), ...commits() },
    ],
    [
      'a dry run, which is no commit',
      () => graphql({ ...by('EACH'), quantityInStock: 6, dryRun: true }),
      { ...request('graphql', 'ok') },
    ],
    [
      'a refusal by the rules through GraphQL, which is data',
      () => graphql({ ...by('nobody'), quantityInStock: 5 }),
      {
        ...request('graphql', 'ok'),
        ...rows('graphql', 'rejected'),
        ...refusals('SKU_NOT_FOUND'),
        ...commits(),
      },
    ],
    [
      'undoing unknown changes, which is refused before any transaction',
      async () => {
        await revert({ changeIds: ['999999'] });
        await revert({ groupId: 'nothing' });
      },
      { ...request('graphql', 'ok', 2), ...refusals('CHANGE_NOT_FOUND', 2) },
    ],
    [
      'a dry run of undoing an unknown change',
      () => revert({ changeIds: ['999999'], dryRun: true }),
      { ...request('graphql', 'ok') },
    ],
    [
      'malformed input through GraphQL',
      () => graphql({ ...by('EACH'), quantityInStock: -5 }),
      { ...request('graphql', 'refused'), ...refusals('BAD_USER_INPUT') },
    ],
    [
      'a document that does not parse',
      () => send('/graphql', { query: '{' }),
      { ...request('graphql', 'refused'), ...refusals('GRAPHQL_PARSE_FAILED') },
    ],
    [
      'a field that there is not',
      () => send('/graphql', { query: '{ nothing }' }),
      { ...request('graphql', 'refused'), ...refusals('GRAPHQL_VALIDATION_FAILED') },
    ],
    [
      'an update by who may only view',
      () => graphql({ ...by('EACH'), quantityInStock: 5 }, { authorization: `Token ${tokens.view}` }),
      { ...request('graphql', 'refused'), ...refusals('FORBIDDEN') },
    ],
    [
      'a legacy update',
      () => send(LEGACY, { sku_id: 'EACH', quantity_in_stock: 7 }),
      { ...request('legacy', 'ok'), ...rows('rest', 'applied'), ...commits() },
    ],
    [
      'a legacy update of no SKU',
      () => send(LEGACY, { sku_id: 'nobody', quantity_in_stock: 7 }),
      {
        ...request('legacy', 'refused'),
        ...rows('rest', 'rejected'),
        ...refusals('SKU_NOT_FOUND'),
        ...commits(),
      },
    ],
    [
      'a malformed legacy update',
      () => send(LEGACY, { sku_id: 'EACH', quantity_in_stock: 'many' }),
      { ...request('legacy', 'refused'), ...refusals('BAD_USER_INPUT') },
    ],
    [
      'no token, at both doors',
      () =>
        Promise.all(['/graphql', LEGACY].map((path) => send(path, '{}', { authorization: 'Token nobody' }))),
      {
        ...request('graphql', 'refused'),
        ...request('legacy', 'refused'),
        ...refusals('UNAUTHENTICATED', 2),
      },
    ],
    [
      'a legacy bulk call, row by row',
      () =>
        send(`${LEGACY}bulk/`, [
          { sku_id: 'EACH', quantity_in_stock: 8 },
          { sku_id: 'EACH', quantity_in_stock: -1 },
          { ean13: '4006381333930', quantity_in_stock: 1 },
        ]),
      {
        ...request('legacy_bulk', 'ok'),
        ...rows('rest_bulk', 'applied'),
        ...rows('rest_bulk', 'rejected', 2),
        ...refusals('BAD_USER_INPUT'),
        ...refusals('INVALID_IDENTIFIER'),
        ...commits(),
      },
    ],
    [
      'a path that there is not, and an address that cannot be read',
      async () => {
        await send('/nowhere', '');
        await send('/%zz', '');
      },
      { ...request('other', 'refused', 2), ...refusals('NOT_FOUND'), ...refusals('BAD_USER_INPUT') },
    ],
    ['the probes themselves: nothing', () => fetch(`${origin}/health`), {}],
  ])('%s', async (_what, act, expected) => {
    expect(await moved(act)).toEqual(expected);
  });

  test('a key that is sent again, and one that was used for another input', async () => {
    const input = { ...by('EACH'), quantityInStock: 9, idempotencyKey: 'again' };
    await graphql(input);
    const change = await moved(async () => {
      await graphql(input);
      await graphql({ ...input, quantityInStock: 10 });
    });
    expect(change).toEqual({
      ...request('graphql', 'ok', 2),
      ...rows('graphql', 'replayed'),
      ...refusals('IDEMPOTENCY_KEY_REUSED'),
      ...commits(2),
    });
  });

  test('the histograms hold rows and seconds', async () => {
    const before = await readSeries();
    await send(
      `${LEGACY}bulk/`,
      range(7).map((n) => ({ sku_id: 'EACH', quantity_in_stock: n })),
    );
    const after = await readSeries();
    const change = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(change('stockgate_commit_rows_sum')).toBe(7);
    expect(change('stockgate_commit_rows_bucket{le="5"}')).toBe(0);
    expect(change('stockgate_commit_rows_bucket{le="10"}')).toBe(1);
    const seconds = change('stockgate_commit_duration_seconds_sum');
    expect(seconds).toBeGreaterThan(0.000_01);
    expect(seconds).toBeLessThan(30);
  });

  test('a commit that fails is a failure at both doors, and no refusal', async () => {
    await sql`create trigger fail before insert on inventory_change begin select raise(abort, 'no'); end`.execute(
      gateway.store.db,
    );
    const change = await moved(async () => {
      await graphql({ ...by('EACH'), quantityInStock: 1 });
      await send(LEGACY, { sku_id: 'EACH', quantity_in_stock: 1 });
    });
    await sql`drop trigger fail`.execute(gateway.store.db);
    expect(change).toEqual({
      ...request('graphql', 'failed'),
      ...request('legacy', 'failed'),
      stockgate_commit_failures_total: 2,
    });
  });

  test('what waits for a commit is seen waiting, and a client that leaves is counted as such', async () => {
    const otherWriter = new Sqlite(gateway.url.slice('sqlite:'.length));
    otherWriter.exec('begin immediate');
    const rowsOf = (count: number) => range(count).map((n) => ({ sku_id: 'EACH', quantity_in_stock: n }));
    const running = send(LEGACY, { sku_id: 'EACH', quantity_in_stock: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const waiting = [3, 4].map((count) => send(`${LEGACY}bulk/`, rowsOf(count)));
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    const body = JSON.stringify({ sku_id: 'EACH', quantity_in_stock: 2 });
    socket.write(
      `POST ${LEGACY} HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${tokens.full}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await eventually(async () => {
      const series = await readSeries();
      expect(series.get('stockgate_write_queue_requests')).toBe(3);
      expect(series.get('stockgate_write_queue_rows')).toBe(8);
    });
    socket.destroy();
    const aborted = 'stockgate_requests_total{door="legacy",outcome="aborted"}';
    await eventually(async () => expect((await readSeries()).get(aborted)).toBe(1));
    otherWriter.exec('rollback');
    otherWriter.close();
    await Promise.all([running, ...waiting]);
    const series = await readSeries();
    expect(series.get('stockgate_write_queue_requests')).toBe(0);
    expect(series.get('stockgate_write_queue_rows')).toBe(0);
  });

  test('a live stream is counted while it is open, and is no slow request', async () => {
    const streams = async () => (await readSeries()).get('stockgate_live_streams');
    expect(await streams()).toBe(0);
    const change = await moved(async () => {
      const stream = await follow(origin);
      expect(await streams()).toBe(1);
      stream.drop();
      await eventually(async () => expect(await streams()).toBe(0));
    });
    expect(change).toEqual({ 'stockgate_requests_total{door="graphql",outcome="ok"}': 1 });
  });

  test('the process is described too', async () => {
    const text = await (await fetch(`${origin}/metrics`)).text();
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });
});

describe('no client makes a series', () => {
  const json = { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' };
  /** By how many are sent of each: the slower the fewer. */
  const hostile: readonly [count: number, (n: number) => readonly [string, object, object?]][] = [
    [900, (n) => [`/${n}/a"}{\n${n}`, {}]],
    [900, (n) => [LEGACY, {}, { ...json, authorization: `Token ${n}` }]],
    [150, (n) => ['/graphql', { query: `query Q${n} { __typename }`, operationName: `Q${n}` }]],
    [50, (n) => ['/graphql', { query: `{ unknown${n} }` }]],
  ];
  const total = (series: ReadonlyMap<string, number>) =>
    [...series]
      .filter(([name]) => name.startsWith('stockgate_requests_total'))
      .reduce((sum, [, count]) => sum + count, 0);

  test('2,000 paths, tokens, operation names and fields, and odd methods, are counted in the series that there are', async () => {
    const before = await readSeries();
    const { server } = gateway;
    for (const [count, make] of hostile) {
      await Promise.all(
        range(count).map((n) => {
          const [url, body, headers = json] = make(n);
          return server.inject({
            method: 'POST',
            url,
            headers: { ...headers },
            payload: JSON.stringify(body),
          });
        }),
      );
    }
    const odd = ['PROPFIND', 'MKCOL', 'LOCK', 'SEARCH'];
    for (const method of odd) await fetch(`${origin}/graphql`, { method });
    const after = await readSeries();
    expect(Array.from(after.keys())).toEqual(Array.from(before.keys()));
    expect(total(after) - total(before)).toBe(2_000 + odd.length);
  });

  test('every series is there from the start, so that a rate has a first value', async () => {
    const untouched = createMetrics({
      backlog: () => Promise.resolve({ requests: 0, rows: 0 }),
      ready,
      log: () => ({ bytes: 0, ageSeconds: 0 }),
      feedsWaiting: () => Promise.resolve(0),
      webhooks: () => Promise.resolve({ enabled: 0, disabled: 0, changesBehind: 0, secondsBehind: 0 }),
    });
    const names = (text: string) => text.match(/^stockgate_\S+/gm)?.toSorted();
    expect(names(await untouched.text())).toEqual(names(await metrics.text()));
    expect(names(await untouched.text())?.length).toBeGreaterThan(300);
  });

  test('a code or door that is not in the lists has no series either', async () => {
    const before = await readSeries();
    const odd = { door: 'elsewhere' as 'other', outcome: 'refused', ms: 1, isLive: false } as const;
    metrics.answered({ ...odd, refusal: 'A_CODE_OF_A_CLIENT', problems: [] });
    const after = await readSeries();
    expect(Array.from(after.keys())).toEqual(Array.from(before.keys()));
    const other = 'stockgate_refusals_total{code="OTHER"}';
    expect(after.get(other)).toBe((before.get(other) ?? 0) + 1);
  });
});

describe('where they are served', () => {
  test('not at all when they are off', async () => {
    const off = await openGateway('sqlite');
    const { statusCode, payload } = await off.server.inject('/metrics');
    expect([statusCode, payload.includes('stockgate_')]).toEqual([404, false]);
    await off.close();
  });

  test('a port of their own serves the probes and nothing else', async () => {
    const server = createProbeServer({
      ready,
      metrics,
      closing: new AbortController().signal,
      logger: pino({ level: 'silent' }),
    });
    const statuses = await Promise.all(
      ['/health', '/ready', '/metrics', '/graphql', LEGACY, '/'].map(
        async (url) =>
          (await server.inject({ url, headers: { authorization: `Token ${tokens.full}` } })).statusCode,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
    expect((await server.inject({ method: 'POST', url: '/metrics' })).statusCode).toBe(404);
    await server.close();
  });
});

test('an observer that throws costs no update', async () => {
  const database = await openTestStore('sqlite');
  const fail = () => {
    throw new Error('out of order');
  };
  const observed = createInventory(database.store, () => new Date());
  observed.observe({ committed: fail, failed: fail });
  const nobody = { supplierId: 'nobody', actor: 'a', source: 'GRAPHQL' } as const;
  const answer = await observed.update(requestOf(nobody, []));
  expect(answer.results).toEqual([]);
  await observed.close();
  await database.remove();
});
