/** A token that asks too much waits: 429 with Retry-After at both doors, a bulk call counting its rows; and nobody else notices. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRateLimit, tokenOf } from '../../src/http/fair/rate-limit.ts';
import { createRates } from '../../src/http/shared/shared-limits.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';

const who = (actor: string) => tokenOf({ supplierId: 'acme', actor });

describe('the bucket', () => {
  let now = 0;
  const limit = createRateLimit(
    10,
    createRates(() => now),
  );

  test('lets ten seconds of the rate in at once, then as many a second as the rate says', () => {
    expect(range(100).map(() => limit.take(who('a'), 1))).toEqual(range(100).map(() => 0));
    expect(limit.take(who('a'), 1)).toBe(1);
    now += 250;
    expect(range(3).map(() => limit.take(who('a'), 1))).toEqual([0, 0, 1]);
  });

  test('never holds more than that, however long nobody came', () => {
    now += 3_600_000;
    expect(range(101).filter(() => limit.take(who('a'), 1) === 0)).toHaveLength(100);
  });

  test('is one for each token', () => {
    expect(limit.take(who('b'), 1)).toBe(0);
    expect(limit.take(tokenOf({ supplierId: 'rival', actor: 'a' }), 1)).toBe(0);
  });

  test('of all tokens of a supplier together lets in four times as much', () => {
    const token = (n: number) => tokenOf({ supplierId: 'many', actor: String(n) });
    const sums = range(8).map((n) => range(100).filter(() => limit.take(token(n), 1) === 0).length);
    expect(sums).toEqual([100, 100, 100, 100, 0, 0, 0, 0]);
    expect(limit.take(tokenOf({ supplierId: 'few', actor: '1' }), 1)).toBe(0);
  });

  test('what costs more than half of it waits for half, and leaves a debt', () => {
    expect(limit.take(who('c'), 10)).toBe(0);
    expect(limit.take(who('c'), 130)).toBe(0);
    expect(limit.take(who('c'), 1)).toBe(5);
    now += 4_000;
    expect([limit.take(who('c'), 0), limit.take(who('c'), 1)]).toEqual([0, 1]);
    expect(limit.take(who('c'), 130)).toBe(5);
  });

  test('takes what was spent, however little there is; who is in debt is refused whatever it asks', () => {
    limit.spend(who('d'), 115);
    expect(limit.take(who('d'), 0)).toBe(2);
    now += 1_600;
    expect(limit.take(who('d'), 1)).toBe(0);
  });

  test('is told in structured fields', () => {
    const e = tokenOf({ supplierId: 'told', actor: 'e' });
    const policy = '"token";q=100;w=10, "supplier";q=400;w=10';
    expect(limit.describe(e)).toEqual({ policy, state: '"token";r=100;t=0' });
    limit.spend(e, 25);
    expect(limit.describe(e)?.state).toBe('"token";r=75;t=3');
    limit.spend(e, 100);
    expect(limit.describe(e)?.state).toBe('"token";r=0;t=13');
  });

  test("the state told is the supplier's once all its tokens together left less than this one has", () => {
    const token = (n: number) => tokenOf({ supplierId: 'told together', actor: String(n) });
    for (const n of range(3)) limit.spend(token(n), 110);
    expect(limit.describe(token(9))?.state).toBe('"supplier";r=70;t=9');
    limit.spend(token(9), 71);
    expect(limit.describe(token(9))?.state).toBe('"supplier";r=0;t=11');
  });

  test('no limit lets everything in', () => {
    const none = createRateLimit(0);
    expect(range(1_000).every(() => none.take(who('a'), 1) === 0)).toBe(true);
  });
});

describe('a gateway with ten a second', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway('sqlite', undefined, { ratePerSecond: 10 });
  });
  afterAll(() => gateway.close());

  const QUERY = '{ sku(by: { skuId: "EACH" }) { version } }';
  const rows = (count: number) => range(count).map((n) => ({ sku_id: 'EACH', quantity_in_stock: n }));
  const bulk = (count: number, token: string) =>
    gateway.server.inject({
      method: 'POST',
      url: '/timp/products/skus/inventory/bulk/',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      payload: JSON.stringify(rows(count)),
    });

  test('a bulk call of 380 rows is let in, and its token then waits for half a minute', async () => {
    expect((await bulk(380, tokens.full)).statusCode).toBe(200);
    const refused = await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 1 });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(20);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(30);
    const seconds = refused.headers['retry-after'];
    const message = `Request was throttled. Expected available in ${seconds} seconds.`;
    expect(refused.json()).toEqual({ detail: message, message });
  });

  test('GraphQL says it in its own form', async () => {
    const { status, body } = await gateway.graphql(QUERY);
    expect(status).toBe(429);
    expect(body.errors[0].extensions).toEqual({ code: 'RATE_LIMITED' });
  });

  test('who has no permission, or no token, is told that first', async () => {
    expect((await gateway.graphql(QUERY, {}, 'unknown')).status).toBe(401);
    expect((await bulk(1, tokens.view)).statusCode).toBe(403);
  });

  test('another token of the same supplier is let in, and another supplier', async () => {
    expect((await gateway.graphql(QUERY, {}, tokens.view)).status).toBe(200);
    expect((await gateway.graphql(QUERY, {}, tokens.rival)).status).toBe(200);
  });
});
