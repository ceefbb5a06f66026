/** Databases for tests, not yet opened: a SQLite file in a folder of its own, or a database of a PostgreSQL server. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from './postgres-server.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes it; close what is open on it first. */
  remove(): Promise<void>;
}

export interface TestFolder {
  readonly path: string;
  remove(): void;
}

/** A folder for a test's files. */
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

/** `server` is its address without a database; `template` the database to copy: by default one without a schema. */
export async function createPostgresDatabase(server: string, template = 'template0'): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(`${server}/postgres`, `create database ${name} template ${template}`);
  return {
    url: `${server}/${name}`,
    remove: () => query(`${server}/postgres`, `drop database ${name} with (force)`),
  };
}
