/** DNS rebinding: a page that points a name of its own at this machine reaches nothing, at no door. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { runCommand, startGateway, type RunningGateway } from '../support/machine/process.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

const DEMO_TOKEN = '1083e3ec5c40b36fd663ba925bc8d864061463e2';
const json = { 'content-type': 'application/json' };
const update = JSON.stringify({ sku_id: 'xkuOwSQ3utl', quantity_in_stock: 66 });
const mutation = JSON.stringify({
  query:
    'mutation { updateSkuInventory(input: { identifier: { skuId: "xkuOwSQ3utl" }, quantityInStock: 66 }) { outcome } }',
});
/** Every door, the page, and what is no door. */
const requests = [
  ['POST /graphql', { ...json }, mutation],
  ['GET /graphql?query=%7B__typename%7D', {}, ''],
  ['GET /graphql', { accept: 'text/html' }, ''],
  ['POST /timp/products/skus/inventory/', { ...json }, update],
  ['POST /timp/products/skus/inventory/bulk/', { ...json }, `[${update}]`],
  ['GET /board/', { accept: 'text/html' }, ''],
  ['GET /metrics', {}, ''],
  ['GET /nowhere', {}, ''],
] as const;

describe('the demo', () => {
  let folder: string;
  let demo: RunningGateway;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stockgate-hosts-'));
    const flags = ['--demo', '--metrics', 'on', '--allowed-host', 'stock.example'];
    demo = await startGateway(`sqlite:${join(folder, 'stockgate.db')}`, ...flags);
  });
  afterAll(async () => {
    await demo.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = ([start, headers, body]: (typeof requests)[number], host: string) =>
    sendRaw(
      demo.origin,
      rawRequest(start, { Host: host, Authorization: `Token ${DEMO_TOKEN}`, ...headers }, body),
    );

  test.each(requests.map((request) => [request[0], request] as const))(
    '%s is refused under a foreign name, and says why',
    async (_start, request) => {
      for (const host of [
        'evil.example:4000',
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example:80',
        '10.0.0.1',
        '127.0.0.1@evil.example',
        'stock.example.evil',
        '[::2]:4000',
      ]) {
        const { status, body } = await send(request, host);
        expect([host, status]).toEqual([host, 421]);
        expect(JSON.parse(body)).toEqual({
          detail: expect.stringContaining('--allowed-host'),
          message: expect.stringContaining('--allowed-host'),
          errors: [{ message: expect.any(String), extensions: { code: 'UNKNOWN_HOST' } }],
        });
      }
    },
  );

  test('nothing was changed by it', async () => {
    const query = JSON.stringify({ query: '{ sku(by: { skuId: "xkuOwSQ3utl" }) { version } }' });
    const { body } = await send(['POST /graphql', json, query] as never, 'localhost');
    expect(JSON.parse(body)).toEqual({ data: { sku: { version: 0 } } });
  });

  test.each([
    '127.0.0.1',
    '127.0.0.1:4000',
    'localhost',
    'LOCALHOST:80',
    'localhost.:4000',
    '[::1]:4000',
    '[::1]',
  ])('%s is answered', async (host) => {
    for (const request of requests.slice(1, 3)) expect((await send(request, host)).status).not.toBe(421);
  });

  test.each(['stock.example', 'Stock.Example:8443'])('so is the listed %s', async (host) => {
    for (const request of requests) expect((await send(request, host)).status).not.toBe(421);
  });

  test.each(['GET /health', 'GET /ready'])('%s answers whoever watches, by any name', async (start) => {
    expect((await send([start, {}, ''] as never, '10.0.0.1:4000')).status).toBe(200);
  });
});

describe('without a list', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
  });
  afterAll(() => gateway.close());

  test('every name is answered: tokens are secret there', async () => {
    const headers = { authorization: `Token ${tokens.full}`, ...json, host: 'anything.example' };
    const { statusCode } = await gateway.server.inject({
      method: 'POST',
      url: '/graphql',
      headers,
      payload: mutation,
    });
    expect(statusCode).toBe(200);
  });
});

test.each(['https://stock.example', 'stock.example:4000', 'a b', ''])(
  '--allowed-host %o is refused at the start',
  async (name) => {
    const { code, stderr } = await runCommand('serve', '--allowed-host', name);
    expect(code).toBe(2);
    expect(stderr).toContain('Give a host name without scheme and port');
  },
);
