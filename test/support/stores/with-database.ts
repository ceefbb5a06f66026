/** A database of either kind for a program run by hand; for PostgreSQL with a server of its own. */
import { createPostgresDatabase, createSqliteDatabase } from './databases.ts';
import { createPostgresServer } from './postgres-server.ts';

/** `kind` is sqlite or postgres; the database is removed once `use` is over. */
export async function withDatabase<T>(kind: string, use: (url: string) => Promise<T>): Promise<T> {
  if (kind !== 'sqlite' && kind !== 'postgres') {
    throw new Error(`There is no database "${kind}". Give sqlite or postgres.`);
  }
  const server = kind === 'postgres' ? await createPostgresServer() : undefined;
  if (kind === 'postgres' && !server) throw new Error('There is no PostgreSQL here. Install it.');
  try {
    await server?.start();
    const database = server ? await createPostgresDatabase(server.url) : createSqliteDatabase();
    try {
      return await use(database.url);
    } finally {
      await database.remove();
    }
  } finally {
    await server?.remove();
  }
}
