/** A disk in trouble: a full one is waited out, a failed one is not trusted again; and nothing answered is lost in either. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { runCommand, spawnGateway, untilListening, type RunningGateway } from '../support/machine/process.ts';
import { skipWithoutTrace } from '../support/machine/strace.ts';

const SKU = 'the-one';
const WITHIN_MS = 5_000;
/** A full disk, until it has room again. */
const WAITS_MS = 30_000;

let folder: string;
let database: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-disk-'));
  database = `sqlite:${join(folder, 'stockgate.db')}`;
  await seedDatabase(database, [{ skuId: SKU }]);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a full disk: updates get 503, reads go on, and both do once there is room, without a restart', async (context) => {
  await skipWithoutTrace(context);
  // Each thread's 60th to 120th write to the log: a refused update tries one.
  const gateway = await startWithFaults('pwrite64:error=ENOSPC:when=60..120');
  const stored = await updateUntil(gateway, 503);
  const refused = await update(gateway, 1_000_000);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ message: expect.stringContaining('disk is full') });
  expect(await readQuantity(gateway)).toBe(stored);
  expect((await fetch(`${gateway.origin}/ready`)).status).toBe(503);
  expect((await fetch(`${gateway.origin}/health`)).status).toBe(200);
  await expect.poll(async () => (await update(gateway, stored + 1)).status, { timeout: 20_000 }).toBe(200);
  await expect
    .poll(async () => (await fetch(`${gateway.origin}/ready`)).status, { timeout: WITHIN_MS })
    .toBe(200);
  expect(await gateway.stop()).toBe(0);
  await expectWhole(stored + 1);
});

test('a failed fsync: the update is answered 503, no other is taken, and the program ends with exit code 1', async (context) => {
  await skipWithoutTrace(context);
  // Once only: the next one would succeed, and say nothing of the pages that the first one lost.
  const gateway = await startWithFaults('fsync,fdatasync:error=EIO:when=20');
  const ended = new Promise((resolve) => gateway.process.once('exit', resolve));
  const stored = await updateUntil(gateway, 503);
  const later = await update(gateway, 1_000_000).catch(() => undefined);
  expect([undefined, 503]).toContain(later?.status);
  expect(await ended).toBe(1);
  // The one whose sync failed may be there or not.
  expect([stored, stored + 1]).toContain(await expectWhole());
});

describe('as the log goes into the database file,', () => {
  test.for([
    { what: 'a failed fsync', fault: 'fsync,fdatasync:error=EIO' },
    { what: 'a failed write', fault: 'pwrite64:error=EIO' },
  ])('$what: no other update is taken, and the program ends with exit code 1', async ({ fault }, context) => {
    await skipWithoutTrace(context);
    const gateway = await startWithFaults(fault, 'stockgate.db');
    const ended = new Promise((resolve) => gateway.process.once('exit', resolve));
    // It is in the log, which is whole.
    expect((await update(gateway, 1)).status).toBe(200);
    expect(await ended).toBe(1);
    expect(statSync(join(folder, 'stockgate.db-wal')).size).toBeGreaterThan(0);
    await expectWhole(1);
  });

  test('a full disk: updates get 503, and go on once there is room, without a restart', async (context) => {
    await skipWithoutTrace(context);
    // A thread tries twice each quarter of a second.
    const gateway = await startWithFaults('pwrite64:error=ENOSPC:when=1..60', 'stockgate.db');
    let quantity = 0;
    const next = async () => (await update(gateway, ++quantity)).status;
    expect(await next()).toBe(200);
    // The log goes into the file once nothing was written for a moment.
    await expect.poll(next, { timeout: WAITS_MS, interval: 500 }).toBe(503);
    expect(await readQuantity(gateway)).toBeLessThan(quantity);
    await expect.poll(next, { timeout: WAITS_MS }).toBe(200);
    const ready = async () => (await fetch(`${gateway.origin}/ready`)).status;
    await expect.poll(ready, { timeout: WITHIN_MS }).toBe(200);
    expect(await gateway.stop()).toBe(0);
    await expectWhole(quantity);
  });
});

test('a file that is damaged, or is none of ours, is refused with one line', async () => {
  rmSync(join(folder, 'stockgate.db'));
  writeFileSync(join(folder, 'stockgate.db'), 'SQLite format 3\0'.padEnd(8_192, 'damaged'));
  const { code, stderr } = await runCommand('serve', '--port', '0', '--database', database);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^stockgate: \S+ is damaged, or not a SQLite database\. Restore a backup\.\n$/);
});

/** The real program, with one kind of call that fails on a file of the database. */
function startWithFaults(fault: string, file = 'stockgate.db-wal'): Promise<RunningGateway> {
  const [call = ''] = fault.split(':');
  const under = [
    'strace',
    '-D',
    '-f',
    // Stops the program only for these calls.
    '--seccomp-bpf',
    '-o',
    '/dev/null',
    '-P',
    join(folder, file),
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${fault}`,
  ];
  return untilListening(spawnGateway(database, ['--log-level', 'silent'], { under }));
}

/** Sets 1, 2, 3, ... until the answer has this status; the last quantity that was stored. */
async function updateUntil(gateway: RunningGateway, status: number): Promise<number> {
  for (let quantity = 1; quantity < 500; quantity++) {
    const answer = await update(gateway, quantity);
    await answer.text();
    if (answer.status === status) return quantity - 1;
    expect(answer.status).toBe(200);
  }
  throw new Error(`No update was answered ${status}.`);
}

function update({ origin }: RunningGateway, quantity: number): Promise<Response> {
  return fetch(`${origin}/timp/products/skus/inventory/`, {
    method: 'POST',
    headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sku_id: SKU, quantity_in_stock: quantity }),
  });
}

async function readQuantity({ origin }: RunningGateway): Promise<unknown> {
  const query = `{ sku(by: { skuId: "${SKU}" }) { quantityInStock } }`;
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = await response.json();
  return data.sku.quantityInStock;
}

/** The store passes `stockgate check`, and holds this quantity, if one is given; the quantity. */
async function expectWhole(quantity?: number): Promise<unknown> {
  expect((await runCommand('check', '--database', database)).code).toBe(0);
  const stored = readStored();
  if (quantity !== undefined) expect(stored).toBe(quantity);
  return stored;
}

function readStored(): unknown {
  const file = new Database(join(folder, 'stockgate.db'), { readonly: true });
  try {
    return file.prepare('select quantity_in_stock from sku where sku_id = ?').pluck().get(SKU);
  } finally {
    file.close();
  }
}
