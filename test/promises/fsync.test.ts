/** Acknowledged means synced: a trace of the real program shows, for each answer, that its own transaction was on disk before it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CLIENT_TOKEN, mutations, seedDatabase } from '../support/mutations.ts';
import { spawnGateway, untilListening } from '../support/machine/process.ts';
import { openConnection, rawRequest, type Connection } from '../support/raw-http.ts';
import { range } from '../support/range.ts';
import { readTrace, skipWithoutTrace, strace, type SystemCall } from '../support/machine/strace.ts';

const CLIENTS = 64;
const UPDATES_EACH = 2;
const BULK_ROWS = 20;
const SKUS = 200;

const normal = fileURLToPath(new URL('../fixtures/synchronous-normal.ts', import.meta.url));

describe('an update that was answered is on disk:', () => {
  test.for([1, 3])(
    'a sync of the log began after its commit was written, and was done before its answer (%d HTTP threads)',
    async (threads, context) => {
      await skipWithoutTrace(context);
      const single = range(8).map((n) => `one-${n}.`);
      const together = range(CLIENTS * UPDATES_EACH).map((n) => `many-${n}.`);
      const calls = await trace(
        async (origin) => {
          const connections = await Promise.all(range(CLIENTS).map(() => openConnection(origin)));
          for (const connection of connections.slice(0, 1)) await send(connection, single.map(updateOf));
          await Promise.all(
            connections.map((connection, client) =>
              send(
                connection,
                together.slice(client * UPDATES_EACH, (client + 1) * UPDATES_EACH).map(updateOf),
              ),
            ),
          );
        },
        { STOCKGATE_THREADS: String(threads) },
      );
      expect(unsynced(calls, [...single, ...together])).toEqual([]);
      const alone = calls.findLast((call) => isAnswerTo(call, single.at(-1) ?? ''));
      const syncs = calls.filter((call) => isSyncOfLog(call) && call.start > (alone?.start ?? Infinity));
      // The store's last sync, as the program stops, is among them.
      expect(syncs.length).toBeGreaterThan(1);
      // Each thread sends its calls by itself, so fewer of them arrive together.
      expect(syncs.length).toBeLessThanOrEqual(together.length / (threads === 1 ? 4 : 1.5));
    },
  );

  test('and the trace of a program that syncs less shows that nothing was', async (context) => {
    await skipWithoutTrace(context);
    const markers = range(4).map((n) => `less-${n}.`);
    const calls = await trace(async (origin) => send(await openConnection(origin), markers.map(updateOf)), {
      NODE_OPTIONS: `--import=${normal}`,
    });
    expect(markers.filter((marker) => calls.some((call) => isAnswerTo(call, marker)))).toEqual(markers);
    // SQLite syncs a log that it begins anew, so the first answer may come after a sync.
    expect(unsynced(calls, markers)).toEqual(expect.arrayContaining(markers.slice(1)));
  });
});

/** What the real program did, from its start to its end in order, while it was worked with. */
async function trace(work: (origin: string) => Promise<void>, env = {}): Promise<SystemCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-fsync-'));
  const file = join(folder, 'trace');
  try {
    const database = `sqlite:${join(folder, 'stockgate.db')}`;
    await seedDatabase(
      database,
      range(SKUS).map((n) => ({ skuId: `sku-${n}` })),
    );
    const child = spawnGateway(database, ['--log-level', 'error'], { under: strace(file), env });
    const gateway = await untilListening(child);
    try {
      await work(gateway.origin);
      expect(await gateway.stop()).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
    // The tracer is done a little later than the program.
    const last = new RegExp(`^${child.pid} .*exited with 0`, 'm');
    await expect.poll(() => last.test(readFileSync(file, 'latin1')), { timeout: 5_000 }).toBe(true);
    return readTrace(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A client's updates, one after the other on one connection. */
async function send(connection: Connection, updates: readonly Buffer[]): Promise<void> {
  for (const update of updates) {
    const answer = await connection.ask(update);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/"errors"|REJECTED|"status_code":[45]/);
  }
}

/** The nth update: single and bulk through both doors, by turns. The marker is its key, which goes into the log, and is in its answer. */
function updateOf(marker: string, n: number): Buffer {
  const isGraphql = n % 2 === 0;
  const isBulk = n % 4 > 1;
  const path = isGraphql ? '/graphql' : `/timp/products/skus/inventory/${isBulk ? 'bulk/' : ''}`;
  return rawRequest(
    `POST ${path}`,
    {
      Connection: 'keep-alive',
      Authorization: `Token ${CLIENT_TOKEN}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': marker,
      'X-Request-Id': marker,
    },
    JSON.stringify(isGraphql ? graphqlBody(n, isBulk, marker) : legacyBody(n, isBulk)),
  );
}

const skuOf = (n: number, row: number) => `sku-${((n * 7 + row) % SKUS) + 1}`;

function graphqlBody(n: number, isBulk: boolean, idempotencyKey: string): object {
  const rows = range(BULK_ROWS).map((row) => ({
    identifier: { skuId: skuOf(n, row) },
    quantityInStock: n * 100 + row,
  }));
  const input = { ...(isBulk ? { updates: rows } : rows[0]), idempotencyKey };
  return { query: mutations[isBulk ? 'bulk' : 'update'], variables: { input } };
}

function legacyBody(n: number, isBulk: boolean): unknown {
  const rows = range(BULK_ROWS).map((row) => ({
    sku_id: skuOf(n, row),
    quantity_in_stock: n * 100 + row,
  }));
  return isBulk ? rows : rows[0];
}

/** Of these updates, those that no trace shows on disk before their answer. */
function unsynced(calls: readonly SystemCall[], markers: readonly string[]): string[] {
  const pages = calls.filter((call) => isOfLog(call) && call.name === 'pwrite64');
  const syncs = calls.filter(isSyncOfLog);
  return markers.filter((marker) => {
    const answer = calls.find((call) => isAnswerTo(call, marker));
    // The first page that holds the key is of its transaction, which ends with the page after the next header that says so.
    const page = pages.findIndex((call) => call.text.includes(marker));
    const header = pages.findIndex((call, i) => i >= page - 1 && isCommitHeader(call));
    const commit = page < 0 || header < 0 ? undefined : pages[header + 1];
    // Whoever syncs, in whichever thread: the commit is written, then a sync begins and ends, then the answer begins.
    return !syncs.some(({ start, end }) => commit && answer && start > commit.end && end < answer.start);
  });
}

function isAnswerTo({ name, text }: SystemCall, marker: string): boolean {
  return /write|send/.test(name) && text.includes('HTTP/1.1 200') && text.includes(`x-request-id: ${marker}`);
}

const isOfLog = ({ text }: SystemCall) => /^\d+<[^>]*-wal>/.test(text);
const isSyncOfLog = (call: SystemCall) =>
  /^f(data)?sync$/.test(call.name) && isOfLog(call) && call.result === 0;

/** SQLite's file format, 4.1: before each page goes a header of 24 bytes; bytes 4 to 7 are the database's size on a commit, and else 0. */
function isCommitHeader({ text }: SystemCall): boolean {
  const [, size] = /^\d+<[^>]*>, "[^]{4}([^]{4})[^]{16}", 24,/.exec(text) ?? [];
  return size !== undefined && size !== '\0\0\0\0';
}
