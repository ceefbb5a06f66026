/** `stockgate backup`: one moment of a store under load, whole and sound, or no file at all. */
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { backupCommand } from '../../src/cli/upkeep/backup.ts';
import { backUp } from '../../src/db/upkeep/backup.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken } from '../../src/db/tokens.ts';
import { openGateway } from '../../src/gateway/open-gateway.ts';
import { settingsFor } from '../support/gateway.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import { runCommand, spawnCommand, startGateway } from '../support/machine/process.ts';
import { runHere } from '../support/run-here.ts';

const TOKEN = 'a-token-for-the-clients';
const CLIENTS = 4;
/** Makes the file so large that copying it takes several turns, with commits in between. */
const BALLAST = `insert into idempotency_key
  with recursive row (n) as (select 1 union all select n + 1 from row where n < 9000)
  select 'acme', 'ballast', n, '', randomblob(1200), 0 from row`;

/** A client that sets its own SKU to 1, 2, 3, ... as fast as it is answered. */
interface Client {
  readonly skuId: string;
  sent: number;
  acknowledged: number;
}

let folder: string;
let path: string;
let saved: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-backup-'));
  saved = mkdtempSync(join(tmpdir(), 'stockgate-saved-'));
  path = join(folder, 'stockgate.db');
  const store = await openStore(`sqlite:${path}`);
  const now = new Date();
  await saveSupplier(store, 'acme', now);
  const details = { supplierId: 'acme', name: 'clients', role: 'supplier', expiresAt: null } as const;
  await saveToken(store, TOKEN, { ...details, permissions: ['edit_items', 'view_items'] }, now);
  const rows = Array.from({ length: CLIENTS }, (_, i) => ({ skuId: `sku-${i}`, isbn: '9780306406157' }));
  await createCatalog(store, () => now).save({ supplierId: 'acme', actor: 'seed' }, rows);
  await sql.raw(BALLAST).execute(store.db);
  await countKeyBytes(store);
  await store.close();
});
afterEach(() => {
  for (const name of readdirSync(saved)) rmSync(join(saved, name));
});
afterAll(() => {
  for (const each of [folder, saved]) rmSync(each, { recursive: true, force: true });
});

const post = (gateway: { readonly origin: string }, url: string, body: unknown) =>
  fetch(`${gateway.origin}${url}`, {
    method: 'POST',
    headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function update(
  gateway: { readonly origin: string },
  client: Client,
  isGoing: () => boolean,
): Promise<void> {
  while (isGoing()) {
    client.sent = client.acknowledged + 1;
    const response = await post(gateway, '/timp/products/skus/inventory/', {
      sku_id: client.skuId,
      quantity_in_stock: client.sent,
    });
    expect(response.status).toBe(200);
    client.acknowledged = client.sent;
  }
}

/** Lets clients write to a gateway while `work` runs; gives them as they were before, and then. */
async function underLoad(work: () => Promise<void>): Promise<{ before: Client[]; after: Client[] }> {
  const gateway = await startGateway(`sqlite:${path}`, '--log-level', 'error');
  let isGoing = true;
  const clients = Array.from({ length: CLIENTS }, (_, i) => ({
    skuId: `sku-${i}`,
    sent: 0,
    acknowledged: 0,
  }));
  const streams = clients.map((client) => update(gateway, client, () => isGoing));
  try {
    await expect
      .poll(() => Math.min(...clients.map((client) => client.acknowledged)), { interval: 10 })
      .toBeGreaterThan(3);
    const before = structuredClone(clients);
    await work();
    const after = structuredClone(clients);
    return { before, after };
  } finally {
    isGoing = false;
    await Promise.all(streams);
    await gateway.stop();
  }
}

const logOf = (file: string) => {
  const database = new Sqlite(file);
  const rows = database.prepare('select * from inventory_change order by position').all();
  database.close();
  return rows;
};

test('under load it is one moment: a prefix of history, which a gateway goes on from', async () => {
  const file = join(saved, 'saved.db');
  const { before, after } = await underLoad(async () => {
    const { code, stdout, stderr } = await runCommand('backup', file, '--database', `sqlite:${path}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Saved 4 SKUs and [\d,]+ changes, [\d,]{10,} bytes, to .*saved\.db\.\n$/);
  });
  // Nobody waited for it.
  expect(sum(after) - sum(before)).toBeGreaterThan(20);
  // One file, which is sound, and looked at without a log beside it.
  expect(await checkDatabase(`sqlite:${file}`)).toMatchObject({ findings: [], skus: CLIENTS });
  expect(readdirSync(saved)).toEqual(['saved.db']);

  const [log, whole] = [logOf(file), logOf(path)];
  expect(log.length).toBeLessThan(whole.length);
  expect(log).toEqual(whole.slice(0, log.length));

  const { server, close } = await openGateway(settingsFor(`sqlite:${file}`));
  const gateway = { origin: await server.listen({ host: '127.0.0.1', port: 0 }) };
  const query = `{ skus(first: 100) { nodes { skuId quantityInStock version } } }`;
  const answer = await (await post(gateway, '/graphql', { query })).json();
  const client: Client = { skuId: 'sku-0', sent: 0, acknowledged: 1_000_000 };
  let isFirst = true;
  await update(gateway, client, () => isFirst && !(isFirst = false));
  await close();
  const { nodes } = (answer as { data: { skus: { nodes: Record<string, unknown>[] } } }).data.skus;
  expect(nodes).toHaveLength(CLIENTS);
  for (const { skuId, quantityInStock, version } of nodes) {
    // All that was answered before it began is in, and nothing that was sent after it ended.
    const of = (clients: Client[]) => clients.find((one) => one.skuId === skuId);
    expect(quantityInStock).toBe(version);
    expect(quantityInStock).toBeGreaterThanOrEqual(of(before)?.acknowledged ?? Infinity);
    expect(quantityInStock).toBeLessThanOrEqual(of(after)?.sent ?? 0);
  }
  expect(logOf(file)).toHaveLength(log.length + 1);
});

test('is of the moment at which it began, whatever is committed between its turns', async () => {
  const writer = new Sqlite(path);
  let commits = 0;
  const stop = {
    // Asked between the turns.
    get aborted() {
      writer.exec(`update supplier set created_at = 'commit ${++commits}'`);
      return false;
    },
  };
  const before = writer.prepare('select * from supplier').all();
  const file = join(saved, 'saved.db');
  await backUp(path, file, stop as AbortSignal);
  writer.close();
  const copy = new Sqlite(file, { readonly: true });
  expect(copy.prepare('select * from supplier').all()).toEqual(before);
  copy.close();
  expect(commits).toBeGreaterThan(2);
});

test('control: without its transaction SQLite begins anew at each commit, and never ends under load', async () => {
  const source = new Sqlite(path, { readonly: true });
  const writer = new Sqlite(path);
  const copied: number[] = [];
  const ended = new Error('enough');
  const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) => {
    copied.push(totalPages - remainingPages);
    if (copied.length > 20) throw ended;
    writer.exec(`update supplier set created_at = '${copied.length}'`);
    return 100;
  };
  await expect(source.backup(join(saved, 'control.db'), { progress })).rejects.toBe(ended);
  source.close();
  writer.close();
  expect(Math.max(...copied)).toBeLessThanOrEqual(200);
});

describe('there is no file, nor part of one,', () => {
  const target = () => join(saved, 'none.db');
  const save = (file = target(), url = `sqlite:${path}`) => runHere(backupCommand, [file, '--database', url]);

  test('when it is stopped before it copies', async () => {
    await expect(backUp(path, target(), AbortSignal.abort())).rejects.toThrow('Stopped: there is no backup.');
    expect(readdirSync(saved)).toEqual([]);
  });

  test.each<[signal: NodeJS.Signals, code: number | null, left: number]>([
    ['SIGTERM', 1, 0],
    // Nothing can be cleared up then; the part has a name of its own.
    ['SIGKILL', null, 1],
  ])('when the process gets %s while it copies', async (signal, code, left) => {
    const child = spawnCommand('backup', target(), '--database', `sqlite:${path}`);
    const exited = once(child, 'exit');
    while (!readdirSync(saved).some((name) => name.endsWith('.part')) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill(signal);
    expect(await exited).toEqual([code, code === null ? signal : null]);
    expect(existsSync(target())).toBe(false);
    expect(readdirSync(saved).filter((name) => name.endsWith('.part'))).toHaveLength(left);
  });

  test('when the store has a problem, which is named', async () => {
    const tampered = join(saved, 'tampered.db');
    copyFileSync(path, tampered);
    const file = new Sqlite(tampered);
    file.exec('update sku set version = 9');
    file.close();
    const result = save(target(), `sqlite:${tampered}`);
    await expect(result).rejects.toThrow(/^There is no backup, for the store has these problems\.$/);
    expect(readdirSync(saved).filter((name) => !name.startsWith('tampered.db'))).toEqual([]);
  });

  test.each(['', '-wal', '-journal'])('when FILE%s is there already: it stays as it is', async (end) => {
    writeFileSync(`${target()}${end}`, 'mine');
    await expect(save()).rejects.toThrow(
      /^.*none\.db.* is there already, and a backup overwrites nothing\.$/,
    );
    expect(readdirSync(saved)).toEqual([`none.db${end}`]);
    expect(readFileSync(`${target()}${end}`, 'utf8')).toBe('mine');
  });

  test('when there is no database, none is made', async () => {
    const nowhere = join(saved, 'nowhere.db');
    await expect(save(target(), `sqlite:${nowhere}`)).rejects.toThrow(`There is no database at ${nowhere}.`);
    expect(readdirSync(saved)).toEqual([]);
  });

  test('when the store is a PostgreSQL: that has its own pg_dump', async () => {
    await expect(save(target(), 'postgres://nobody@127.0.0.1:1/none')).rejects.toThrow(/^.*pg_dump.*$/);
  });

  test('in a folder that is not there', async () => {
    await expect(save(join(saved, 'none', 'saved.db'))).rejects.toThrow(/^ENOENT.*$/);
  });
});

test.skipIf(process.platform === 'win32')(
  'whoever may not read the store may not read the backup',
  async () => {
    const [secret, file] = [join(saved, 'secret.db'), join(saved, 'saved.db')];
    copyFileSync(path, secret);
    const mode = 0o600;
    chmodSync(secret, mode);
    await backUp(secret, file, new AbortController().signal);
    expect(statSync(file).mode & 0o777).toBe(mode);
  },
);

function sum(clients: readonly Client[]): number {
  return clients.reduce((total, { acknowledged }) => total + acknowledged, 0);
}
