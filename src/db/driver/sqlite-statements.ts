/** SQLite's statements as Kysely is given them: prepared once, and run once or for each of many items. */
import type Sqlite from 'better-sqlite3';
import type { SqliteStatement } from 'kysely';
import { fromSqlite } from './store-error.ts';

/** Kysely prepares on every call, which costs more than most of the statements do: `maxKept` of them are kept. */
export function createPrepare(database: Sqlite.Database, maxKept: number): (text: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>();
  return (text) => {
    const known = kept.get(text);
    if (known) return known;
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    const statement = prepare(database, text);
    kept.set(text, statement);
    return statement;
  };
}

function prepare(database: Sqlite.Database, text: string): SqliteStatement {
  // A transaction that starts by reading could not go on to write if another process wrote in between.
  const statement = makeRepeatable(database, database.prepare(text === 'begin' ? 'begin immediate' : text));
  // Some errors end the transaction: to roll it back once more would hide them behind another.
  const isNeeded = () => text !== 'rollback' || database.inTransaction;
  return {
    ...statement,
    all: (parameters) => withStoreErrors(() => statement.all(parameters)),
    run: (parameters) => withStoreErrors(() => (isNeeded() ? statement.run(parameters) : nothingRun)),
  };
}

function withStoreErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fromSqlite(error);
  }
}

/** A list in place of a value, which nothing else binds, holds the values of many runs: a set statement's items. */
function makeRepeatable(database: Sqlite.Database, statement: Sqlite.Statement): SqliteStatement {
  const readItems = (items: readonly unknown[]) => items.flatMap((item) => statement.all(item));
  const readAtOnce = database.transaction(readItems);
  return {
    reader: statement.reader,
    all: (parameters) => {
      const items = itemsOf(parameters);
      if (!items) return statement.all(parameters);
      // A read by itself opens and ends a transaction, which costs more than the read: many share one.
      return items.length > 1 && !database.inTransaction ? readAtOnce(items) : readItems(items);
    },
    run: (parameters) =>
      itemsOf(parameters)?.reduce((_last, item) => statement.run(item), nothingRun) ??
      statement.run(parameters),
    iterate: (parameters) => statement.iterate(parameters),
  };
}

function itemsOf([first]: readonly unknown[]) {
  return Array.isArray(first) ? first : undefined;
}

const nothingRun = { changes: 0, lastInsertRowid: 0 };
