/** Starts one real PostgreSQL for the whole test run. If its binaries are not found, the tests that need it are skipped. */
import type { TestProject } from 'vitest/node';
import { openStore } from '../../../src/db/store/open-store.ts';
import { createPostgresServer, query } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server's URL without a database name. Null if there is no PostgreSQL. */
    postgresUrl: string | null;
  }
}

/**
 * Hundreds of databases are made and dropped. No test relies on this server's disk: it outlives every program that is killed, and
 * tests of a server that crashes have their own.
 */
const QUICK = ['fsync=off', 'autovacuum=off'];

/** A migrated database. Tests copy it, which is much faster than migrating each of theirs. */
export const TEMPLATE = 'stockgate_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await createPostgresServer(QUICK);
  if (!server) {
    if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all')
      throw new Error('PostgreSQL is required, and not found here.');
    process.stderr.write('No PostgreSQL found: its tests are skipped. Install it to run them.\n');
    project.provide('postgresUrl', null);
    return () => Promise.resolve();
  }
  try {
    await server.start();
    await query(`${server.url}/postgres`, `create database ${TEMPLATE}`);
    const template = await openStore(`${server.url}/${TEMPLATE}`);
    await template.close();
    project.provide('postgresUrl', server.url);
  } catch (error) {
    await server.remove();
    throw error;
  }
  return () => server.remove();
}
