/** Asks a PostgreSQL server whether it takes writes, and on which timeline. */
import type { Client, ClientBase } from 'pg';
import { codeOf } from '../store-error.ts';
import type { Server } from './connection-settings.ts';

/** What a server said. */
export interface ServerState {
  readonly isPrimary: boolean;
  /** Its timeline; 0 if it is no primary, or does not tell. */
  readonly timeline: number;
}

const isPrimary = `not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as "isPrimary"`;
/** The first eight digits of a log file's name are the timeline, in hexadecimal. */
const timeline = `case when not pg_is_in_recovery()
  then ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int else 0 end as timeline`;
/** The function is missing, is not permitted, or is not supported: some hosted servers hide their log. */
const HIDDEN = /^(42883|42501|0A000)$/;

export async function askState(client: ClientBase): Promise<ServerState> {
  const ask = async (columns: string) => (await client.query<ServerState>(`select ${columns}`)).rows[0];
  const told = await ask(`${isPrimary}, ${timeline}`).catch(async (error: unknown) => {
    if (!HIDDEN.test(codeOf(error))) throw error;
    return ask(`${isPrimary}, 0 as timeline`);
  });
  if (!told) throw new Error('The server has not said whether it takes writes.');
  return told;
}

/** Asks one server again and again on a connection of its own. */
export interface Probe {
  /** Never rejects: an error says why the server cannot be asked. */
  ask(): Promise<ServerState | Error>;
  /** Closes the connection, also one that is still being made. The next question opens another. */
  close(): void;
}

export function createProbe({ url }: Server, timeoutMs: number): Probe {
  let open: Client | undefined;
  let closings = 0;
  const close = () => {
    closings += 1;
    if (open) cut(open);
    open = undefined;
  };
  return {
    async ask() {
      const before = closings;
      try {
        const client = open ?? (await connect(url, timeoutMs));
        if (before === closings) open = client;
        else cut(client);
        return await askState(client);
      } catch (error) {
        if (before === closings) close();
        return error instanceof Error ? error : new Error(String(error));
      }
    },
    close,
  };
}

/** A server that hangs would not answer an orderly end. */
function cut({ connection }: Client): void {
  connection.stream.destroy();
}

async function connect(url: string, timeoutMs: number): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'stockgate probe',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
