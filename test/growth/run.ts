/** How large a store gets: `npm run growth -- [--changes N] [--database sqlite|postgres] [--only WRITES]`. Prints bytes for each change. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { createArchiveChanges } from '../../src/db/archive/write-archive.ts';
import { createWriter, type StoreWriter } from '../../src/db/commit/writer.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { supplierFolder } from '../../src/db/archive/archive-files.ts';
import { createPostgresDatabase, createSqliteDatabase } from '../support/stores/databases.ts';
import { createPostgresServer } from '../support/stores/postgres-server.ts';
import { indices } from '../support/range.ts';
import { createLogMeter, sizesOf } from './sizes.ts';
import { SKUS, skuIdAt, SUPPLIER, writes, type Write } from './writes.ts';

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '1000000' },
    database: { type: 'string' },
    only: { type: 'string' },
  },
});
const CHANGES = Number(values.changes);
const CATALOG_ROWS = 100;

const kinds = (['sqlite', 'postgres'] as const).filter((kind) => (values.database ?? kind) === kind);
const chosen = Object.entries(writes).filter(([name]) => (values.only ?? name) === name);
if (kinds.length * chosen.length === 0)
  throw new Error(`--only takes one of: ${Object.keys(writes).join(', ')}.`);

process.stdout.write(`bytes for each of ${CHANGES} changes\n`);
process.stdout.write('| store | writes | change | its indexes | key | all | log written | archive |\n');
for (const kind of kinds) {
  const server = kind === 'postgres' ? await createPostgresServer(['fsync=off']) : undefined;
  if (kind === 'postgres' && !server) throw new Error('There is no PostgreSQL here.');
  await server?.start();
  try {
    for (const [name, write] of chosen) await measure(kind, server?.url ?? '', name, write);
  } finally {
    await server?.remove();
  }
}

async function measure(kind: StoreKind, server: string, name: string, write: Write): Promise<void> {
  const database = kind === 'sqlite' ? createSqliteDatabase() : await createPostgresDatabase(server);
  try {
    const store = await openStore(database.url);
    try {
      const cells = await measureOn(store, write);
      process.stdout.write(`| ${[kind, name, ...cells].join(' | ')} |\n`);
    } finally {
      await store.close();
    }
  } finally {
    await database.remove();
  }
}

async function measureOn(store: Store, write: Write): Promise<string[]> {
  const writer = createWriter(store);
  await saveSupplier(store, SUPPLIER, new Date());
  await saveCatalog(writer);
  await vacuum(store);
  const before = await sizesOf(store);
  const meter = createLogMeter(store);
  let made = 0;
  // 500 changes a second, from a moment that is no moment of any test.
  const now = () => new Date(Date.UTC(2026, 0, 1) + made * 2).toISOString();
  while (made < CHANGES) {
    const changes = await write(writer, made, now());
    if (changes === 0) throw new Error('A transaction made no change.');
    made += changes;
    await meter.look();
  }
  const log = await meter.bytes();
  await vacuum(store);
  const after = await sizesOf(store);
  const each = (bytes: number) => (bytes / made).toFixed(0);
  return [
    each(after.changes - before.changes),
    each(after.changeIndexes - before.changeIndexes),
    each(after.keys - before.keys),
    each(after.all - before.all),
    each(log),
    each(await archiveBytes(store, made)),
  ];
}

async function saveCatalog(writer: StoreWriter): Promise<void> {
  for (let at = 0; at < SKUS; at += CATALOG_ROWS) {
    const rows = indices(CATALOG_ROWS).map((i) => ({ skuId: skuIdAt(at + i), title: `Item ${at + i}` }));
    await writer.save({ origin: { supplierId: SUPPLIER, actor: 'seed' }, rows }, new Date().toISOString());
  }
}

/** PostgreSQL takes the room of old versions of rows again once they were vacuumed, which it does by itself from time to time. */
async function vacuum(store: Store): Promise<void> {
  if (store.kind === 'postgres') await sql`vacuum analyze`.execute(store.db);
}

async function archiveBytes(store: Store, upTo: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-growth-'));
  try {
    await createArchiveChanges(store)(folder, SUPPLIER, upTo, { stop: new AbortController().signal });
    const files = supplierFolder(folder, SUPPLIER);
    return readdirSync(files).reduce((sum, name) => sum + statSync(join(files, name)).size, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
