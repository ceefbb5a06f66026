/** More than can be written: the queue is bounded, what does not fit is refused at once, and what was taken is written. */
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createAdmission } from '../src/db/admission.ts';
import { openGateway } from './gateway.ts';
import { range } from './shop.ts';

describe('admission', () => {
  test.each([
    ['requests of one row', 1, 4_000],
    ['bulk calls of 10,000 rows', 10_000, 4],
  ])('%s: so many are under way at most, and as one is done another is taken', async (_what, rows, most) => {
    const admit = createAdmission();
    const gates = range(most).map(() => Promise.withResolvers<string>());
    const under = gates.map((gate) => admit(rows, () => gate.promise));
    await expect(admit(rows, () => Promise.resolve('more'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    gates[0]?.resolve('done');
    expect(await under[0]).toBe('done');
    expect(await admit(rows, () => Promise.resolve('more'))).toBe('more');
    for (const gate of gates) gate.resolve('done');
    await Promise.all(under);
  });

  test('work that fails makes room too, and an idle queue takes any size', async () => {
    const admit = createAdmission();
    for (const _ of range(10)) {
      await expect(admit(1_000_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
  });
});

test('while nothing can be written, bulk calls past the bound get 503 with Retry-After at both doors, the others wait', async () => {
  const gateway = await openGateway('sqlite');
  const otherWriter = new Sqlite(gateway.url.slice('sqlite:'.length));
  otherWriter.exec('begin immediate');
  const updates = range(10_000).map((n) => ({ identifier: { skuId: 'EACH' }, quantityInStock: n % 7 }));
  const send = () =>
    gateway.graphql(
      'mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount } }',
      { input: { updates } },
    );
  const waiting = range(4).map(send);
  // Each is taken in a turn of its own: the fifth comes behind them.
  const refused = await send();
  expect(refused).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'OVERLOADED' } }] } });
  const legacy = await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 1 });
  expect([legacy.statusCode, legacy.headers['retry-after']]).toEqual([503, '1']);
  otherWriter.exec('rollback');
  otherWriter.close();
  for (const { status, body } of await Promise.all(waiting)) {
    expect(status).toBe(200);
    expect(body.data.bulkUpdateSkuInventory.appliedCount).toBeGreaterThan(8_000);
  }
  await gateway.close();
});
