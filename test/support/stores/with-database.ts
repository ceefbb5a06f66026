/** A database for programs that are run by hand. For PostgreSQL it starts a server too. */
import { createPostgresDatabase, createSqliteDatabase } from './databases.ts';
import { createPostgresServer } from './postgres-server.ts';

/** `kind` is sqlite or postgres. The database is removed when `use` has ended, also if it throws. */
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
