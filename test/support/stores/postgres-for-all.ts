/** One real PostgreSQL for the whole run. Tests that need it are skipped where its binaries are not found. */
import type { TestProject } from 'vitest/node';
import { openStore } from '../../../src/db/store/open-store.ts';
import { createPostgresServer, query } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where databases can be made; null when there is no PostgreSQL here. */
    postgresUrl: string | null;
  }
}

/** A migrated database that tests copy: far quicker than migrating each. */
export const TEMPLATE = 'stockgate_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await createPostgresServer();
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
