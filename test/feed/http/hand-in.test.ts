/** Inventory files over HTTP: taken in, judged, applied, looked at, and refused. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../../support/gateway.ts';
import { range } from '../../support/range.ts';
import { describeOnEachStore } from '../../support/stores/stores.ts';

const CSV = 'text/csv';
const PATH = '/feeds/inventory';

describeOnEachStore('Files over HTTP', (kind) => {
  let gateway: Gateway;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feeds-'));
    gateway = await openGateway(
      kind,
      undefined,
      {},
      {
        feedSpool: { folder: join(folder, 'spool'), isRequired: true },
        metrics: 'apart',
      },
    );
  });

  afterEach(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const post = async (
    payload: string,
    parameters: Record<string, string> = {},
    headers: Record<string, string> = {},
    token: string = tokens.full,
  ) => {
    const answer = await gateway.server.inject({
      method: 'POST',
      url: `${PATH}?${new URLSearchParams(parameters).toString()}`,
      headers: { authorization: `Token ${token}`, 'content-type': CSV, prefer: 'wait=30', ...headers },
      payload,
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  };
  const get = (path: string, token: string = tokens.full) =>
    gateway.server.inject({ method: 'GET', url: path, headers: { authorization: `Token ${token}` } });
  const spooled = async () =>
    (await readdir(join(folder, 'spool'))).filter((name) => !name.startsWith('lock'));
  const stockOf = async (skuId: string) => {
    const answer = await gateway.graphql(
      `query ($id: String!) { sku(by: { skuId: $id }) { quantityInStock inventoryChanges(first: 1) { nodes { source groupId } } } }`,
      { id: skuId },
    );
    return answer.body.data.sku;
  };

  test('a file is applied, and its report is answered', async () => {
    const { status, headers, body } = await post('sku_id,quantity_in_stock\nshared,4\nBOOK-NEW,3\n', {
      filename: 'count.csv',
      reason: 'Monday count',
    });
    expect(body).toMatchObject({
      state: 'DONE',
      filename: 'count.csv',
      actor: 'dashboard',
      rowsRead: 2,
      rowsDone: 2,
      refusal: null,
      rejectedRows: null,
      report: {
        mode: 'delta',
        dryRun: false,
        rows: 2,
        applied: 1,
        unchanged: 1,
        rejected: 0,
        groupId: body.id,
      },
    });
    expect(status).toBe(200);
    expect(headers['location']).toBe(`${PATH}/${body.id}`);
    expect((await get(`${PATH}/${body.id}`)).json()).toEqual(body);
    expect(await stockOf('shared')).toEqual({
      quantityInStock: 4,
      inventoryChanges: { nodes: [{ source: 'FEED', groupId: body.id }] },
    });
  });

  test('a request that does not wait is answered 202 with the way to the feed', async () => {
    const { status, body } = await post('sku_id,quantity_in_stock\nshared,4\n', {}, { prefer: '' });
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: 'QUEUED', report: null, finishedAt: null });
    await expect.poll(async () => (await get(`${PATH}/${body.id}`)).json().state).toBe('DONE');
  });

  test('rejected rows come back as a file that goes in again', async () => {
    const { body } = await post('sku_id,quantity_in_stock\nshared,4\nno-such,1\n');
    expect(body.report).toMatchObject({
      applied: 1,
      rejected: 1,
      problems: [{ line: 3, code: 'SKU_NOT_FOUND' }],
    });
    const answer = await get(body.rejectedRows);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="rejected-${body.id}.csv"`,
    });
    expect(answer.body).toMatch(
      /^\uFEFFsku_id,quantity_in_stock,rejected_line,rejected_code,rejected_reason\r\n/,
    );
    const corrected = await post(answer.body.replace('no-such', 'EACH'));
    expect(corrected.body.report).toMatchObject({ rows: 1, applied: 1, rejected: 0 });
  });

  test('a dry run stores nothing', async () => {
    const { body } = await post('sku_id,quantity_in_stock\nshared,4\nno-such,1\n', { dryRun: 'true' });
    expect(body).toMatchObject({ state: 'DONE', report: { dryRun: true, applied: 1, groupId: null } });
    expect((await get(body.rejectedRows)).body).toContain('no-such');
    expect((await stockOf('shared')).quantityInStock).toBe(10);
  });

  test('the brake holds a file, and says what lets it through', async () => {
    const held = await post('sku_id,quantity_in_stock\nno-such,1\n', { mode: 'full' });
    expect(held.status).toBe(409);
    expect(held.body).toMatchObject({ state: 'REFUSED', refusal: { code: 'ZEROING_HELD', allowZeroing: 3 } });
    expect(held.body.refusal.message).toContain('allowZeroing=3');
    expect((await get(held.body.rejectedRows)).body).toContain('no-such,1,2,SKU_NOT_FOUND');
    expect((await stockOf('shared')).quantityInStock).toBe(10);
    const allowed = await post('sku_id,quantity_in_stock\n', { mode: 'full', allowZeroing: '3' });
    expect(allowed.body).toMatchObject({ state: 'DONE', report: { zeroed: 3 } });
    expect((await stockOf('shared')).quantityInStock).toBe(0);
  });

  test('a file that cannot be read changes nothing', async () => {
    const { status, body } = await post('shoe size,colour\n44,red\n');
    expect(status).toBe(422);
    expect(body).toMatchObject({ state: 'REFUSED', refusal: { code: 'FILE_UNREADABLE' }, report: null });
  });

  test('the same key and file give the same feed, and another file under the key is refused', async () => {
    const key = { 'idempotency-key': 'monday' };
    const first = await post('sku_id,quantity_in_stock\nshared,4\n', {}, key);
    const again = await post('sku_id,quantity_in_stock\nshared,4\n', {}, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await post('sku_id,quantity_in_stock\nshared,5\n', {}, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const parameters = await post('sku_id,quantity_in_stock\nshared,4\n', { dryRun: 'true' }, key);
    expect(parameters.status).toBe(422);
    expect((await post('sku_id,quantity_in_stock\nshared,4\n', {}, key, tokens.rival)).body.id).not.toBe(
      first.body.id,
    );
  });

  test('a supplier sees its own feeds alone', async () => {
    const { body } = await post('sku_id,quantity_in_stock\nshared,4\nno-such,1\n');
    for (const path of [`${PATH}/${body.id}`, body.rejectedRows]) {
      expect((await get(path, tokens.rival)).statusCode).toBe(404);
      expect((await get(path, tokens.view)).statusCode).toBe(200);
      expect((await get(path, tokens.retailer)).statusCode).toBe(409);
      expect((await get(path, 'unknown')).statusCode).toBe(401);
    }
    expect((await get(`${PATH}/..%2Flock`)).statusCode).toBe(404);
  });

  test('who may not view SKUs learns nothing of their state', async () => {
    const file = 'sku_id,quantity_in_stock,version\nshared,4,77\nEACH,1,\n';
    const { body } = await post(file);
    expect(body.report.problems[0].message).toContain('77');
    const seen = await get(`${PATH}/${body.id}`, tokens.edit);
    expect(seen.json().report).toMatchObject({ rejected: 1, problems: [] });
    expect((await get(body.rejectedRows, tokens.edit)).statusCode).toBe(403);

    expect((await post(file, { dryRun: 'true' }, {}, tokens.edit)).status).toBe(403);
    const own = await post(file, {}, {}, tokens.edit);
    expect(own.body.report.problems).toEqual([
      { line: 2, code: 'PRECONDITION_FAILED', message: expect.stringContaining('not as you expected') },
    ]);
    expect((await get(own.body.rejectedRows, tokens.edit)).body).toContain('not as you expected');
  });

  test('a request that is refused leaves nothing behind', async () => {
    const file = 'sku_id,quantity_in_stock\nshared,4\n';
    expect(await post(file, {}, {}, tokens.view)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await post(file, {}, {}, 'unknown')).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
    expect(await post(file, {}, { 'content-type': 'application/json' })).toMatchObject({ status: 415 });
    expect(await post(file, {}, { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    const unknown = await post(file, { modus: 'full' });
    expect(unknown).toMatchObject({ status: 400, body: { message: expect.stringContaining('"modus"') } });
    for (const wrong of [
      ...[{ mode: 'all' }, { dryRun: '1' }, { allowZeroing: '-1' }, { reference: 'no URI' }],
      ...[{ reason: 'a\nb' }, { filename: '\0' }, { sheet: '' }, { reference: 'https://example.com/\0' }],
    ])
      expect((await post(file, wrong)).status).toBe(400);
    expect((await post(file, {}, { 'idempotency-key': 'ä' })).status).toBe(400);
    expect((await post(file, {}, { 'content-length': '268435457' })).status).toBe(413);
    expect(await spooled()).toEqual([]);
    const wrongMethod = await get(PATH);
    expect([wrongMethod.statusCode, wrongMethod.headers['allow']]).toEqual([405, 'POST']);
  });

  test('a client that leaves in the middle leaves nothing behind', async () => {
    const origin = await gateway.listen();
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Token ${tokens.full}\r\n` +
        `Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\nsku_id,quantity`,
    );
    await expect.poll(spooled).toEqual([expect.stringMatching(/\.part$/)]);
    socket.destroy();
    await expect.poll(spooled).toEqual([]);
    const whole = await fetch(`${origin}${PATH}`, {
      method: 'POST',
      headers: { authorization: `Token ${tokens.full}`, 'content-type': CSV, prefer: 'wait=30' },
      body: `sku_id,quantity_in_stock\n${range(5_000)
        .map((n) => `no-such-${n},1\n`)
        .join('')}shared,4\n`,
    });
    expect(await whole.json()).toMatchObject({
      state: 'DONE',
      report: { rows: 5_001, applied: 1, rejected: 5_000 },
    });
  });

  test('what was changed since the time of the file stays', async () => {
    const file = 'sku_id,quantity_in_stock\nshared,4\n';
    await post('sku_id,quantity_in_stock\nshared,6\n');
    const old = await post(file, { asOf: '2020-01-01T01:00:00+01:00' });
    expect(old.body).toMatchObject({ state: 'DONE', report: { applied: 0, stale: 1 } });
    expect((await stockOf('shared')).quantityInStock).toBe(6);
    expect((await post(file, { asOf: 'yesterday' })).status).toBe(400);
    const ahead = await post(file, { asOf: new Date(Date.now() + 3_600_000 + 30_000).toISOString() });
    expect(ahead).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('1 h 0 min ahead') },
    });
  });

  test('are counted by their end and by their rows', async () => {
    const seriesOf = async () => (await gateway.metrics?.text())?.match(/^stockgate_feed.*$/gm)?.toSorted();
    const text = (feeds: number[], rows: number[]) => [
      ...['applied', 'rejected', 'stale', 'unchanged'].map(
        (outcome, i) => `stockgate_feed_rows_total{outcome="${outcome}"} ${rows[i]}`,
      ),
      ...['done', 'failed', 'refused'].map(
        (state, i) => `stockgate_feeds_total{state="${state}"} ${feeds[i]}`,
      ),
      'stockgate_feeds_waiting 0',
    ];
    expect(await seriesOf()).toEqual(text([0, 0, 0], [0, 0, 0, 0]));
    const file = 'sku_id,quantity_in_stock\nshared,4\nBOOK-NEW,3\nno-such,1\n';
    await post(file, { dryRun: 'true' });
    await post(file);
    await post('sku_id,quantity_in_stock\n');
    await expect.poll(seriesOf).toEqual(text([2, 0, 1], [1, 1, 0, 1]));
  });

  test('files are gone once they are applied', async () => {
    await post('sku_id,quantity_in_stock\nshared,4\n');
    await expect.poll(spooled).toEqual([]);
  });

  test('so many files may wait, and no more', async () => {
    const sent = await Promise.all(
      range(12).map((n) => post(`sku_id,quantity_in_stock\nshared,${n}\n`, {}, { prefer: '' })),
    );
    const refused = sent.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body, headers } of refused) {
      expect(body.code).toBe('RATE_LIMITED');
      expect(headers['retry-after']).toBe('10');
    }
    for (const { body } of sent.filter(({ status }) => status === 202))
      await expect
        .poll(async () => (await get(`${PATH}/${body.id}`)).json().state, { timeout: 10_000 })
        .toBe('DONE');
  });
});
