/** A token is in no log, in no answer and nowhere in the store: of the real program, at its most talkative, with requests that fail. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync, statSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { unpackAnswer } from '../../src/db/answer/kept-answer.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { MAIN } from '../support/machine/built-program.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

/** Good; unknown; and in places where no token belongs. */
const secrets = [CLIENT_TOKEN, 'an-unknown-token-0123456789'];

let database: TestDatabase;
let store: Store;
let log = '';
let answers = '';
beforeAll(async () => {
  database = await createTestDatabase('sqlite');
  await seedDatabase(database.url, [{ skuId: 'a' }]);
  store = await openStore(database.url);
  // The store fails while it answers: a fault of ours is logged whole.
  await sql`create trigger refuse before insert on inventory_change when new.quantity_in_stock = 500
    begin select raise(abort, 'no'); end`.execute(store.db);
  const args = [MAIN, 'serve', '--port', '0', '--database', database.url, '--log-level', 'debug'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const exited = once(child, 'exit');
  try {
    await vi.waitFor(() => expect(out).toContain('GraphiQL'), { timeout: 15_000 });
    await sendAll(/http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '');
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  log += out;
});
afterAll(async () => {
  await store.close();
  await database.remove();
});

async function sendAll(origin: string): Promise<void> {
  const path = 'POST /timp/products/skus/inventory/';
  const mutation = (quantity: unknown) =>
    JSON.stringify({
      query: `mutation { updateSkuInventory(input: { identifier: { skuId: "a" }, quantityInStock: ${String(quantity)}, idempotencyKey: "k${String(quantity)}" }) { outcome } }`,
    });
  const update = (quantity: unknown) => JSON.stringify({ sku_id: 'a', quantity_in_stock: quantity });
  for (const secret of secrets) {
    for (const scheme of ['Token', 'Bearer']) {
      const headers = { Authorization: `${scheme} ${secret}`, 'Content-Type': 'application/json' };
      const requests = [
        rawRequest(path, { ...headers, 'Idempotency-Key': `key-${scheme}` }, update(7)),
        rawRequest(path, headers, update(500)),
        rawRequest(path, headers, update(-1)),
        rawRequest(path, headers, '{'),
        rawRequest(path, { ...headers, 'Content-Type': 'text/plain' }, update(7)),
        rawRequest(path, { ...headers, 'If-Match': '"99"' }, update(8)),
        rawRequest(path, { ...headers, Authorization: `${scheme} ${secret} ${secret}` }, update(7)),
        rawRequest(path, { ...headers, Authorization: `Basic ${secret}` }, update(7)),
        rawRequest(path, { ...headers, Expect: secret.slice(0, 3) }, update(7)),
        rawRequest(path, { ...headers, 'Bad Header': secret }, update(7)),
        rawRequest(path, { ...headers, 'X-Long': 'x'.repeat(20_000) }, update(7)),
        rawRequest('POST /timp/%zz', headers, update(7)),
        rawRequest('POST /graphql', headers, mutation(9)),
        rawRequest('POST /graphql', headers, mutation(500)),
        rawRequest('POST /graphql', headers, mutation('"nine"')),
        rawRequest('POST /graphql', headers, '{"query":"{ nothing }"}'),
        rawRequest('GET /graphql?query=%7B__typename%7D', headers),
        rawRequest('PUT /nowhere', headers),
      ];
      for (const request of requests) answers += (await sendRaw(origin, request)).text;
    }
  }
}

test('the requests did fail, and were logged', () => {
  for (const status of [200, 400, 401, 404, 412, 415, 417, 431, 500])
    expect(answers).toContain(`HTTP/1.1 ${status} `);
  expect(answers).toContain('INTERNAL_SERVER_ERROR');
  expect(log).toContain('"level":50');
  expect(log).toContain('"status":401');
});

/** As it is, and as its bytes may be written down. */
const spellings = secrets.flatMap((secret) =>
  (['utf8', 'hex', 'base64'] as const).map((encoding) =>
    Buffer.from(secret).toString(encoding).replace(/=+$/, ''),
  ),
);

test('none of it tells a token: neither an answer nor the log', () => {
  expect(spellings.filter((spelling) => answers.includes(spelling) || log.includes(spelling))).toEqual([]);
});

test('no table and no file has one, not even where answers are kept under their keys; only its SHA-256', async () => {
  const kept = await store.db.selectFrom('idempotency_key').selectAll().execute();
  expect(kept.length).toBeGreaterThan(1);
  const tables = await store.db.introspection.getTables();
  const rows = await Promise.all(
    tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(store.db)),
  );
  // Beside the database's files there is the folder of incoming files.
  const files = globSync(`${database.url.slice('sqlite:'.length)}*{,/*}`)
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'));
  const unpacked = kept.map(({ answer }) => unpackAnswer(answer));
  const stored = JSON.stringify([rows, unpacked]) + files.join('');
  expect(spellings.filter((spelling) => stored.includes(spelling))).toEqual([]);
  expect(stored).toContain(createHash('sha256').update(CLIENT_TOKEN).digest('hex'));
});

test('control: what is searched for would be found', () => {
  expect(spellings.some((spelling) => `${log} authorization: ${CLIENT_TOKEN}`.includes(spelling))).toBe(true);
});
