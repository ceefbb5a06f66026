/** A real disk that updates fill up: it is waited out, with and without a restart, recovers as room comes, and loses nothing answered. */
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import { createPurgeKeys } from '../../src/db/update/purge-keys.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { runCommand, startGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { mountSmallDisk, type SmallDisk } from '../support/machine/small-disk.ts';

const SKUS = 500;
const DISK_MIB = 40;
/** What another program has on that disk. */
const BALLAST_MIB = 33;
const RECOVERS_MS = 20_000;
/** A disk's worth of updates. */
const TEST_MS = 120_000;

describe('a disk that updates have filled', { timeout: TEST_MS }, () => {
  test('is waited out: reads go on, and so do updates once another program frees room, without a restart', async (context) => {
    const gateway = await openOnSmallDisk(context);
    await gateway.fillUp();
    expect(await gateway.readQuantity()).toBe(gateway.answered());
    await gateway.expectNotReady();
    gateway.disk.giveBack();
    await gateway.expectRecovered();
  });

  test('recovers as rows are deleted, without any more room', async (context) => {
    const gateway = await openOnSmallDisk(context);
    await gateway.fillUp();
    const store = await openStore(gateway.database);
    try {
      const purge = createPurgeKeys(store, { advance: () => Promise.resolve(true) });
      while (await purge(-Number.MAX_SAFE_INTEGER));
    } finally {
      await store.close();
    }
    await expect.poll(gateway.update, { timeout: RECOVERS_MS }).toBe(200);
    await gateway.expectWhole();
  });

  test('lets the gateway start again after SIGTERM and after SIGKILL, though another program takes all that is left', async (context) => {
    const gateway = await openOnSmallDisk(context);
    await gateway.fillUp();
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGKILL'] as const) {
      await gateway.restart(signal);
      expect(await gateway.readQuantity()).toBe(gateway.answered());
      expect(await gateway.update()).toBe(503);
    }
    gateway.disk.giveBack();
    await gateway.expectRecovered();
  });
});

interface FilledGateway {
  readonly disk: SmallDisk;
  readonly database: string;
  /** Sets every SKU to the next number; the status. */
  update(): Promise<number>;
  /** Updates until none is taken any more. */
  fillUp(): Promise<void>;
  /** The number that was answered last. */
  answered(): number;
  readQuantity(): Promise<number>;
  /** Ends the gateway, lets another program take all room, and starts it again. */
  restart(signal: NodeJS.Signals): Promise<void>;
  expectNotReady(): Promise<void>;
  /** Takes updates again, a disk's worth of the room that came back, and is whole. */
  expectRecovered(): Promise<void>;
  /** Stops it: the store passes `stockgate check`, and holds what was answered. */
  expectWhole(): Promise<void>;
}

async function openOnSmallDisk(context: TestContext): Promise<FilledGateway> {
  const disk = await mountSmallDisk(context, DISK_MIB);
  onTestFinished(disk.remove);
  disk.fill(BALLAST_MIB << 20);
  const database = `sqlite:${join(disk.folder, 'stockgate.db')}`;
  await seedDatabase(
    database,
    range(SKUS).map((n) => ({ skuId: `sku-${n}` })),
  );
  const start = () => startGateway(database, '--log-level', 'silent', '--rate-limit', '0');
  let gateway = await start();
  onTestFinished(() => void gateway.process.kill('SIGKILL'));
  let asked = 0;
  let answered = 0;
  const update = async () => {
    asked += 1;
    const status = await setAll(gateway.origin, asked);
    if (status === 200) answered = asked;
    return status;
  };
  const expectWhole = async () => {
    expect(await readQuantity(gateway.origin)).toBe(answered);
    expect(await gateway.stop()).toBe(0);
    expect(await runCommand('check', '--database', database)).toMatchObject({ code: 0 });
  };
  return {
    disk,
    database,
    update,
    fillUp: async () => {
      // One that is refused may be the first of a commit that finds room once the log has gone into the database.
      for (let refused = 0; refused < 3;) refused = (await update()) === 200 ? 0 : refused + 1;
    },
    answered: () => answered,
    readQuantity: () => readQuantity(gateway.origin),
    restart: async (signal) => {
      await gateway.stop(signal);
      disk.fill();
      gateway = await start();
    },
    expectNotReady: async () => {
      const response = await fetch(`${gateway.origin}/ready`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ reason: expect.stringContaining('SQLITE_FULL') });
    },
    expectRecovered: async () => {
      // Seen without an update, which nobody sends to a gateway that is not ready.
      const ready = async () => (await fetch(`${gateway.origin}/ready`)).status;
      await expect.poll(ready, { timeout: RECOVERS_MS }).toBe(200);
      for (let more = 0; more < 20; more++) expect(await update()).toBe(200);
      await expectWhole();
    },
    expectWhole,
  };
}

/** One transaction, all or nothing: with a key nothing is written in parts. */
async function setAll(origin: string, quantity: number): Promise<number> {
  const response = await fetch(`${origin}/timp/products/skus/inventory/bulk/`, {
    method: 'POST',
    headers: {
      authorization: `Token ${CLIENT_TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': `update-${quantity}`,
    },
    body: JSON.stringify(range(SKUS).map((n) => ({ sku_id: `sku-${n}`, quantity_in_stock: quantity }))),
  });
  await response.text();
  return response.status;
}

async function readQuantity(origin: string): Promise<number> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ sku(by: { skuId: "sku-1" }) { quantityInStock } }' }),
  });
  const { data } = await response.json();
  return data.sku.quantityInStock;
}
