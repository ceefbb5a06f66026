/** More than can be written: the queue is bounded, what does not fit is refused at once, and what was taken is written. */
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createAdmission } from '../../src/db/queue/admission.ts';
import { oneThread, openGateway, tokens } from '../support/gateway.ts';
import { range } from '../support/range.ts';

describe('admission', () => {
  /** Work that goes on until it is let go; whether it was admitted. */
  const openDesk = () => {
    const { admit, load } = createAdmission();
    const gate = Promise.withResolvers<void>();
    const under: Promise<unknown>[] = [];
    const start = async (supplierId: string, rows: number) => {
      let isIn = false;
      const work = admit(supplierId, rows, () => {
        isIn = true;
        return gate.promise;
      });
      under.push(work.catch(() => undefined));
      await Promise.resolve();
      return isIn;
    };
    /** How many of these are admitted in a row. */
    const fill = async (supplierId: string, rows: number) => {
      let count = 0;
      while (await start(supplierId, rows)) count++;
      return count;
    };
    const finish = async () => {
      gate.resolve();
      await Promise.all(under);
      expect(load()).toEqual({ requests: 0, rows: 0 });
    };
    return { admit, start, fill, finish };
  };

  test.each([
    ['requests of one row', 1, 3_000, 1_000],
    ['bulk calls of 10,000 rows', 10_000, 3, 1],
  ])(
    '%s: one supplier has three quarters of the room, and as much as a quarter while others write too',
    async (_what, rows, alone, shared) => {
      const desk = openDesk();
      expect(await desk.fill('acme', rows)).toBe(alone);
      expect(await desk.fill('rival', rows)).toBe(shared);
      expect(await desk.start('acme', 1)).toBe(false);
      await desk.finish();
      expect(await desk.start('acme', rows)).toBe(true);
      await desk.finish();
    },
  );

  test('a full queue still takes an equal part for each supplier that comes', async () => {
    const desk = openDesk();
    await desk.fill('acme', 1);
    const parts = [];
    for (const n of range(15)) parts.push(await desk.fill(`supplier ${n}`, 1));
    // A quarter, until sixteen suppliers have a sixteenth of the room each.
    expect(parts[0]).toBe(1_000);
    expect(parts.at(-1)).toBe(4_000 / 16);
    expect(await desk.start('one more', 10_000)).toBe(false);
    await desk.finish();
  });

  test('small updates under way do not keep the same supplier from the largest call', async () => {
    const desk = openDesk();
    await desk.fill('rival', 1);
    for (const _ of range(100)) expect(await desk.start('acme', 1)).toBe(true);
    expect(await desk.start('acme', 10_000)).toBe(true);
    await desk.finish();
  });

  test('work that fails makes room too, and an idle queue takes any size', async () => {
    const { admit } = createAdmission();
    for (const _ of range(10)) {
      await expect(admit('acme', 1_000_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
  });
});

test('while nothing can be written, a supplier past its bound gets 503 with Retry-After at both doors, its other calls wait, and so do those of others', async () => {
  const gateway = await openGateway('sqlite', undefined, {}, oneThread);
  const otherWriter = new Sqlite(gateway.url.slice('sqlite:'.length));
  otherWriter.exec('begin immediate');
  const updates = range(10_000).map((n) => ({ identifier: { skuId: 'EACH' }, quantityInStock: n % 7 }));
  const send = () =>
    gateway.graphql(
      'mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount } }',
      { input: { updates } },
    );
  const waiting = range(3).map(send);
  // Each is taken in a turn of its own: the fourth comes behind them.
  const refused = await send();
  expect(refused).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'OVERLOADED' } }] } });
  const legacy = await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 1 });
  expect([legacy.statusCode, legacy.headers['retry-after']]).toEqual([503, '1']);
  const rival = gateway.legacy(
    { sku_id: 'rival-only', quantity_in_stock: 1 },
    { authorization: `Token ${tokens.rival}` },
  );
  otherWriter.exec('rollback');
  otherWriter.close();
  for (const { status, body } of await Promise.all(waiting)) {
    expect(status).toBe(200);
    expect(body.data.bulkUpdateSkuInventory.appliedCount).toBeGreaterThan(8_000);
  }
  expect((await rival).statusCode).toBe(200);
  await gateway.close();
});
