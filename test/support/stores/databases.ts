/** Creates databases for tests without opening them: a SQLite file in a new folder, or a database of a PostgreSQL server. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from './postgres-server.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes the database. Close all stores on it first. */
  remove(): Promise<void>;
}

export interface TestFolder {
  readonly path: string;
  remove(): void;
}

/** Makes a new folder for a test's files. */
export function makeFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function createSqliteDatabase(): TestDatabase {
  const folder = makeFolder();
  return {
    url: `sqlite:${join(folder.path, 'stockgate.db')}`,
    remove: () => Promise.resolve(folder.remove()),
  };
}

/** `server` is the server's URL without a database name. `template` is the database to copy, by default an empty one. */
export async function createPostgresDatabase(server: string, template = 'template0'): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(`${server}/postgres`, `create database ${name} template ${template} strategy file_copy`);
  return {
    url: `${server}/${name}`,
    remove: () => query(`${server}/postgres`, `drop database ${name} with (force)`),
  };
}
