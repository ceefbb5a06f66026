/** The gateway is killed (-9) in the middle of live() and of bulk(): nothing is lost, and nothing is doubled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type Client, type LiveStatus } from '../../packages/client/src/client.ts';
import { eventually } from '../support/eventually.ts';
import { range } from '../support/range.ts';
import { openDemoGateway, TOKEN, type DemoGateway } from './demo-gateway.ts';

const KILLS = 3;
/** Several starts of the gateway. */
const PATIENCE = 180_000;

let gateway: DemoGateway;
let client: Client;
beforeAll(async () => {
  gateway = await openDemoGateway('--rate-limit', '0');
  client = createClient({ url: gateway.url, token: TOKEN });
});
afterAll(() => gateway.close());

test(
  'live() goes on behind its last change, while adjust() counts each sale once',
  async () => {
    const skuId = 'yoyo-red';
    const versions: number[] = [];
    const statuses: LiveStatus[] = [];
    const stop = new AbortController();
    const ended = (async () => {
      const onStatus = (status: LiveStatus) => statuses.push(status);
      for await (const { change } of client.live({
        filter: { skuIds: [skuId] },
        signal: stop.signal,
        onStatus,
      }))
        versions.push(change.version);
    })().catch((error: unknown) => error);
    await eventually(() => expect(statuses.at(-1)?.state).toBe('live'));
    const before = await client.sku({ skuId });

    let isSelling = true;
    let sold = 0;
    const selling = (async () => {
      while (isSelling) {
        const result = await client.adjust({ identifier: { skuId }, quantityInStockDelta: 1 });
        if (result.ok) sold += 1;
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      const enough = sold + 20 * Math.random();
      await eventually(() => expect(sold).toBeGreaterThan(enough));
      await gateway.kill();
      await gateway.restart();
      const kept = versions.length;
      await eventually(() => expect(versions.length).toBeGreaterThan(kept));
    }
    isSelling = false;
    await selling;
    await eventually(() => expect(versions.length).toBeGreaterThanOrEqual(sold));
    expect(versions).toEqual(range(sold));
    const after = await client.sku({ skuId });
    expect(after?.quantityInStock).toBe((before?.quantityInStock ?? 0) + sold);
    expect(statuses.filter(({ state }) => state === 'resuming').length).toBeGreaterThanOrEqual(KILLS);
    stop.abort();
    expect(await ended).toMatchObject({ code: 'ABORTED' });
  },
  PATIENCE,
);

test(
  'importFile() follows its file past the end of the gateway',
  async () => {
    const rows = range(20_000).map((n) => `no-such-${n},1\n`);
    const states: string[] = [];
    const call = client.importFile(`sku_id,quantity_in_stock\n${rows.join('')}spinning-top,5\n`, {
      onProgress: ({ state }) => states.push(state),
    });
    await eventually(() => expect(states).not.toEqual([]));
    await gateway.kill();
    await gateway.restart();
    expect(await call).toMatchObject({ ok: true, report: { rows: 20_001, applied: 1, rejected: 20_000 } });
    const versions: number[] = [];
    for await (const { change } of client.changes({ filter: { skuIds: ['spinning-top'] } }))
      versions.push(change.version);
    expect(versions).toEqual([1]);
  },
  PATIENCE,
);

test(
  'bulk() goes on, and applies each row once',
  async () => {
    const skuId = 'duck-1';
    const rows = range(30_001).map((n) => ({ identifier: { skuId }, quantityInStock: 1_000 + n }));
    const call = client.bulk(rows);
    for (let kill = 0; kill < KILLS; kill++) {
      // Each time, more of the parts are stored.
      const done = kill * 10_000;
      await expect.poll(() => versionOf(skuId), { timeout: PATIENCE }).toBeGreaterThan(done);
      await gateway.kill();
      await gateway.restart();
    }
    const { ok, appliedCount, results } = await call;
    expect({ ok, appliedCount }).toEqual({ ok: true, appliedCount: 30_001 });
    expect(results.map((row) => row.ok && row.sku.version)).toEqual(range(30_001));
    expect(await versionOf(skuId)).toBe(30_001);
  },
  PATIENCE,
);

async function versionOf(skuId: string): Promise<number> {
  return (await client.sku({ skuId }))?.version ?? 0;
}
