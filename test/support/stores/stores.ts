/** New stores for tests, on SQLite and on PostgreSQL. */
import { describe, inject } from 'vitest';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store, StoreKind } from '../../../src/db/store/store.ts';
import { createPostgresDatabase, createSqliteDatabase, type TestDatabase } from './databases.ts';
import { TEMPLATE } from './postgres-for-all.ts';

/** Runs the suite on each kind of store. Without PostgreSQL that half is reported as skipped. */
export function describeOnEachStore(name: string, suite: (kind: StoreKind) => void): void {
  describe(`${name} on SQLite`, () => {
    suite('sqlite');
  });
  describe.skipIf(inject('postgresUrl') === null)(`${name} on PostgreSQL`, () => {
    suite('postgres');
  });
}

/** Creates a database without opening it. On PostgreSQL it already has the schema. On SQLite opening it adds the schema. */
export async function createTestDatabase(kind: StoreKind): Promise<TestDatabase> {
  return kind === 'sqlite' ? createSqliteDatabase() : createPostgresDatabase(postgresUrl(), TEMPLATE);
}

/** Creates a database without a schema. */
export async function createBareDatabase(kind: StoreKind): Promise<TestDatabase> {
  return kind === 'sqlite' ? createSqliteDatabase() : createPostgresDatabase(postgresUrl());
}

function postgresUrl(): string {
  const url = inject('postgresUrl');
  if (url === null) throw new Error('There is no PostgreSQL here.');
  return url;
}

/** Opens a new store. `remove` closes it first. */
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
