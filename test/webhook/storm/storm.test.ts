/** Nothing is lost, doubled out of order or skipped while gateways are killed and the receiver fails at random. */
import { createSecret, signedHeaders } from '../../../src/webhook/sign.ts';
import { expect, test } from 'vitest';
import { createTestDatabase, describeOnEachStore } from '../../support/stores/stores.ts';
import { runStorm } from './storm.ts';
import { createNotes } from './unruly-receiver.ts';

describeOnEachStore('webhooks in a storm', (kind) => {
  test('arrive at least once, in order, one at a time, with stable IDs', { timeout: 240_000 }, async () => {
    const { url, remove } = await createTestDatabase(kind);
    const gateways = kind === 'sqlite' ? 1 : 2;
    const load = { seconds: 15, kills: 2, updatesPerSecond: 40 };
    const report = await runStorm({ url, gateways, ...load, seed: 7, hangs: false });
    expect(report.faults).toEqual([]);
    expect(report.changes).toBeGreaterThan(100);
    expect(report.received).toBe(report.changes);
    expect(report.counts.repeats).toBeGreaterThan(0);
    await remove();
  });
});

test('control: the receiver notices a skipped change, another body, an old message, and two at a time', () => {
  const secret = createSecret();
  const notes = createNotes(secret);
  const receive = (id: string, ...changes: number[]) => {
    const body = Buffer.from(JSON.stringify({ data: { changes: changes.map((n) => ({ id: String(n) })) } }));
    return notes.receive(body.toString(), { headers: { ...signedHeaders([secret], id, new Date(), body) } });
  };
  expect([receive('a', 1, 2), receive('a', 1, 2), receive('b', 3)]).toEqual([true, false, true]);
  expect(notes.faults).toEqual([]);
  receive('c', 5);
  receive('c', 5, 6);
  receive('a', 1, 2);
  const leave = notes.enter();
  notes.enter();
  leave();
  expect(notes.faults).toEqual([
    'c has change 5 after change 3.',
    'c came with another body.',
    'a came again after c.',
    '2 messages came at the same time.',
  ]);
});
