/** No request can harm the gateway: 200 mutated requests at each door, and at the board's paths. `npm run fuzz` sends as many as you ask to the real program. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from './check-answer.ts';
import { dumpSupplier, faultsInStore, untilFeedsEnd } from './check-store.ts';
import { exchange, parseAnswers } from './exchange.ts';
import { fuzz, isAlive, show } from './fuzz.ts';
import { requestOf } from './mutate-request.ts';
import { doors } from './wire-request.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { createBrokenInventory } from '../support/broken-inventory.ts';

const REQUESTS = 200;
/** Fixed, so that every checkout sends the same requests. */
const SEED = 1;

const open: Gateway[] = [];
const root = makeFolder();
const board = { folder: join(root.path, 'board'), demoToken: null };
mkdirSync(board.folder);
writeFileSync(join(board.folder, 'index.html'), '<!doctype html><script src="/board/main-1.js"></script>');
writeFileSync(join(board.folder, 'main-1.js'), '"use strict";');

async function listen(...[kind, clock, server]: Parameters<typeof openGateway>) {
  const feedSpool = { folder: join(root.path, `spool ${open.length}`), isRequired: true };
  const gateway = await openGateway(kind, clock, server, { board, feedSpool });
  open.push(gateway);
  return { gateway, origin: await gateway.listen() };
}
afterAll(async () => {
  for (const gateway of open) await gateway.close();
  root.remove();
});

describe('200 changed requests', () => {
  let gateway: Gateway;
  let origin: string;
  let rival: string;
  beforeAll(async () => {
    ({ gateway, origin } = await listen('sqlite'));
    rival = await dumpSupplier(gateway.store, 'rival');
  });

  test.each(doors)(
    'to %s: each is answered, whole, in time, with no fault of ours and no word of our insides',
    async (door) => {
      const { failures, statuses } = await fuzz(origin, door, SEED, Array(REQUESTS).keys());
      expect(failures.map(({ request, ...failure }) => ({ ...failure, request: show(request) }))).toEqual([]);
      // Some requests are still valid. Otherwise this would test only the refusals.
      expect(statuses['200']).toBeGreaterThan(5);
    },
  );

  test("leave the other supplier's stock as it was, the store whole, and updates working", async () => {
    await untilFeedsEnd(gateway.store);
    expect(await dumpSupplier(gateway.store, 'rival')).toBe(rival);
    expect(await gateway.inventory.lastPosition('acme')).toBeGreaterThan(10);
    expect(await faultsInStore(gateway.store)).toEqual([]);
    expect(await isAlive(origin, 4_321)).toBe(true);
  });
});

test('a request is the same for the same seed and index, and another for another', () => {
  for (const door of doors) {
    const requests = [1, 2].flatMap((seed) =>
      [7, 8].map((index) => requestOf(door, seed, index).toString('latin1')),
    );
    expect(requests[0]).toBe(requestOf(door, 1, 7).toString('latin1'));
    expect(new Set(requests).size).toBe(4);
  }
});

test('one request in fifty is large, to 8 MiB and a little more', () => {
  for (const door of doors) {
    const sizes = Array.from({ length: 1_000 }, (_, index) => requestOf(door, SEED, index).length);
    const large = sizes.filter((size) => size > 70_000).length;
    expect(large).toBeGreaterThan(10);
    expect(large).toBeLessThan(40);
    expect(Math.max(...sizes)).toBeGreaterThan(8 * 1_048_576);
    expect(Math.max(...sizes)).toBeLessThan(9 * 1_048_576);
  }
});

describe('control: what must not be is caught', () => {
  const indexes = [...Array(40).keys()];

  test('faults of ours, at both doors: a store that fails', async () => {
    const inventory = createBrokenInventory('no such table');
    const { origin } = await listen('sqlite', undefined, { inventory });
    for (const door of doors) {
      const { failures } = await fuzz(origin, door, SEED, indexes);
      expect(failures.flatMap(({ faults }) => faults)).toContain('a fault of ours');
    }
    expect(await isAlive(origin, 1).catch(() => false)).toBe(false);
  });

  const json = 'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\n';
  const framed = (body: string, start = json) =>
    `${start}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  test.each([
    ['status 500', framed('{"message":"x"}', json.replace('400 Bad Request', '500 Oops'))],
    ['status 504', framed('{"message":"x"}', json.replace('400 Bad Request', '504 Late'))],
    ['status 503', framed('{"message":"x"}', json.replace('400 Bad Request', '503 Busy'))],
    ['leaks: SQLITE', framed('{"message":"SQLITE_BUSY"}')],
    ['leaks: constraint', framed('{"errors":[{"message":"violates check constraint"}]}')],
    ['leaks: select a from ', framed('{"message":"select a from b"}')],
    ['leaks: at x (/a/b.js:1:2)', framed('{"message":"at x (/a/b.js:1:2)"}')],
    ['leaks: node_modules', framed('{"message":"node_modules/x"}')],
    ['a body of no known shape: {"a":1}', framed('{"a":1}')],
    ['a body of no known shape: {"data":', framed('{"data":')],
    ['no body', framed('', 'HTTP/1.1 400 Bad Request\r\n')],
    ['a type of text/plain', framed('x', 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n')],
    ['malformed: 5 of 9 bytes of a body', `${json}Content-Length: 9\r\n\r\n{"a":`],
    ['malformed: an answer without a length', `${json}\r\n{}`],
    ['malformed: no head of an answer: 1 bytes', `${framed('{"message":"x"}')}x`],
    ['malformed: a strange header: a\nb: c', `${json}a\nb: c\r\n\r\n`],
  ])('%s', (fault, bytes) => {
    expect(faultsOf({ ...parseAnswers(Buffer.from(bytes), false), ms: 1 })).toContain(fault);
  });

  test('but not an answer as it should be, nor one that says to come again', () => {
    const busy = json.replace('400 Bad Request', '503 Busy\r\nRetry-After: 1');
    const late = json.replace('400 Bad Request', '504 Gateway Timeout');
    for (const bytes of [
      framed('{"errors":[{"message":"x","extensions":{"code":"QUERY_TIMEOUT"}}]}', late),
      framed('{"message":"x"}'),
      framed('{"data":null}'),
      framed('{"message":"x"}', busy),
    ]) {
      expect(faultsOf({ ...parseAnswers(Buffer.from(bytes), false), ms: 1 })).toEqual([]);
    }
  });

  test('an answer that does not come, or breaks off', async () => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/graphql')) response.socket?.destroy();
      else response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    // A server that listens on a port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    for (const path of ['/graphql', '/']) {
      const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect((await exchange(port, request)).malformed).toMatch(/no head|1 of 9/);
    }
    server.close();
  });

  test("a change of the other supplier's stock, and a log that does not add up", async () => {
    const { gateway } = await listen('sqlite');
    const { db } = gateway.store;
    await gateway.graphql(
      'mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 1 }) { outcome } }',
    );
    const rival = await dumpSupplier(gateway.store, 'rival');
    expect(await faultsInStore(gateway.store)).toEqual([]);
    await db.updateTable('sku').set({ quantity_in_stock: 8 }).where('sku_id', '=', 'shared').execute();
    expect(await dumpSupplier(gateway.store, 'rival')).not.toBe(rival);
    expect(await faultsInStore(gateway.store)).toEqual(['acme/shared: not what its log says']);
    await db.updateTable('inventory_change').set({ position: 9 }).execute();
    expect(await faultsInStore(gateway.store)).toContain('acme: positions are not 1 to 1');
  });
});
