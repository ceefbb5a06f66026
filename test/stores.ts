/** Fresh stores for tests: a SQLite file in a folder of its own, or a PostgreSQL database copied from the template. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import { openStore, type Store, type StoreKind } from '../src/db/open.ts';
import { query, TEMPLATE } from './postgres.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes it; close what is open on it first. */
  remove(): Promise<void>;
}

/** Runs the suite on each store. Without a PostgreSQL its half is reported as skipped. */
export function describeOnEachStore(name: string, suite: (kind: StoreKind) => void): void {
  describe(`${name} on SQLite`, () => {
    suite('sqlite');
  });
  describe.skipIf(inject('postgresUrl') === null)(`${name} on PostgreSQL`, () => {
    suite('postgres');
  });
}

/** An empty database, not yet opened. */
export async function createTestDatabase(kind: StoreKind): Promise<TestDatabase> {
  if (kind === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
    return {
      url: `sqlite:${join(folder, 'stockgate.db')}`,
      remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
    };
  }
  const server = inject('postgresUrl');
  if (server === null) throw new Error('There is no PostgreSQL here.');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(`${server}/postgres`, `create database ${name} template ${TEMPLATE}`);
  return {
    url: `${server}/${name}`,
    remove: () => query(`${server}/postgres`, `drop database ${name} with (force)`),
  };
}

/** An empty store, opened; `remove` closes it. */
export async function openTestStore(kind: StoreKind): Promise<TestDatabase & { readonly store: Store }> {
  const { url, remove } = await createTestDatabase(kind);
  const store = await openStore(url);
  return {
    url,
    store,
    remove: async () => {
      await store.close();
      await remove();
    },
  };
}
