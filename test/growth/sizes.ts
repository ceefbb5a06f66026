/** How much room the tables of a store take, and how much log was written. */
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import type { Store } from '../../src/db/store/store.ts';

/** Bytes. The tables have their indexes with them. */
export interface Sizes {
  readonly changes: number;
  readonly changeIndexes: number;
  readonly keys: number;
  readonly skus: number;
  readonly all: number;
}

export async function sizesOf(store: Store): Promise<Sizes> {
  return store.kind === 'sqlite' ? sizesOfFile(store.url.slice('sqlite:'.length)) : sizesOfTables(store);
}

function sizesOfFile(path: string): Sizes {
  const reader = new Sqlite(path, { readonly: true });
  try {
    const rows = reader
      .prepare<[], [name: string, table: string, bytes: number]>(
        `select stat.name, coalesce(tbl_name, ''), sum(pgsize) from dbstat as stat
          left join sqlite_schema on sqlite_schema.name = stat.name group by stat.name`,
      )
      .raw()
      .all();
    // A table without rowid is its key's index: dbstat calls it by the table's name.
    const of = (table: string, isIndex?: boolean) =>
      rows
        .filter((row) => row[1] === table && (isIndex === undefined || isIndex === (row[0] !== table)))
        .reduce((sum, row) => sum + row[2], 0);
    const pages = Number(reader.pragma('page_count', { simple: true }));
    const all = pages * Number(reader.pragma('page_size', { simple: true }));
    return {
      changes: of('inventory_change', false),
      changeIndexes: of('inventory_change', true),
      keys: of('idempotency_key'),
      skus: of('sku'),
      all,
    };
  } finally {
    reader.close();
  }
}

async function sizesOfTables({ db }: Store): Promise<Sizes> {
  const measure = async (table: string, what: string) => {
    // The table and its partitions, if it has some.
    const { rows } = await sql<{ bytes: number }>`
      select coalesce(sum(${sql.raw(what)}(oid)), 0)::bigint as bytes from pg_class
      where oid = ${table}::regclass
        or oid in (select inhrelid from pg_inherits where inhparent = ${table}::regclass)`.execute(db);
    return rows[0]?.bytes ?? 0;
  };
  const { rows } = await sql<{ bytes: number }>`
    select pg_database_size(current_database())::bigint as bytes`.execute(db);
  return {
    changes: await measure('inventory_change', 'pg_table_size'),
    changeIndexes: await measure('inventory_change', 'pg_indexes_size'),
    keys: await measure('idempotency_key', 'pg_total_relation_size'),
    skus: await measure('sku', 'pg_total_relation_size'),
    all: rows[0]?.bytes ?? 0,
  };
}

/** Counts the bytes that are written to the log. Ask it after each transaction on SQLite, whose log begins anew. */
export function createLogMeter(store: Store): { look(): Promise<void>; bytes(): Promise<number> } {
  return store.kind === 'sqlite' ? meterOfFile(store.url.slice('sqlite:'.length)) : meterOfServer(store);
}

function meterOfFile(path: string) {
  const reader = new Sqlite(path);
  const state = reader.prepare<[], [busy: number, log: number]>('pragma wal_checkpoint(NOOP)').raw();
  const frameBytes = Number(reader.pragma('page_size', { simple: true })) + 24;
  let before = state.get()?.[1] ?? 0;
  let frames = 0;
  return {
    look: async () => {
      const log = state.get()?.[1] ?? 0;
      frames += log >= before ? log - before : log;
      before = log;
    },
    bytes: async () => {
      reader.close();
      return frames * frameBytes;
    },
  };
}

function meterOfServer({ db }: Store) {
  const read = async () => {
    const { rows } = await sql<{ bytes: number }>`
      select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as bytes`.execute(db);
    return rows[0]?.bytes ?? 0;
  };
  const start = read();
  return { look: async () => undefined, bytes: async () => (await read()) - (await start) };
}
