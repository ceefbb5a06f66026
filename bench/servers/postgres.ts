/** Starts a temporary PostgreSQL with its default durability (fsync on), if its binaries are found. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUPPLIER } from '../measure/requests.ts';

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 100;

export interface Postgres {
  /** The folder with psql and pgbench. */
  readonly bin: string;
  readonly version: string;
  /** Without a database. */
  readonly url: string;
  /** Creates a database and returns its URL. */
  createDatabase(name: string): string;
  /** Runs SQL in a database and returns psql's output. */
  run(name: string, sql: string): string;
  stop(): Promise<void>;
}

/** With new data, or as a standby of the server at `primary`. Returns undefined if there is no PostgreSQL here. */
export async function startPostgres(primary?: string): Promise<Postgres | undefined> {
  const bin = findBinaries();
  if (bin === undefined) return undefined;
  // PostgreSQL refuses to run as root, so as root it runs as the user `postgres`.
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? findUser() : undefined;
  if (isRoot && !user) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-bench-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const [tool, ...flags] =
    primary === undefined
      ? ['initdb', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8']
      : ['pg_basebackup', '-d', `${primary}/postgres`, '-R', '-X', 'stream', '-c', 'fast'];
  const make = [join(bin, tool ?? ''), '-D', data, '--no-sync', ...flags] as const;
  execFileSync(make[0], make.slice(1), { ...user, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const url = `postgres://postgres@127.0.0.1:${port}`;
  const run = (name: string, sql: string) =>
    execFileSync(join(bin, 'psql'), ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-c', sql, `${url}/${name}`], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
  const stop = async () => {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    // SIGINT is PostgreSQL's fast shutdown.
    if (server.exitCode === null && server.kill('SIGINT')) await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(() => run('postgres', 'select 1'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    bin,
    url,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    createDatabase: (name) => {
      run('postgres', `create database ${name}`);
      return `${url}/${name}`;
    },
    run,
    stop,
  };
}

/** Returns SQL that creates the peers' table: the product's columns and key, without its history. */
export function createPostgresTable(skus: number): string {
  return `
    create table sku (
      supplier_id text collate "C" not null, sku_id text collate "C" not null, title text, ean13 text,
      quantity_in_stock integer not null, quantity_on_backorder integer not null, restrictions text,
      version integer not null, updated_at text not null,
      primary key (supplier_id, sku_id)
    );
    insert into sku select '${SUPPLIER}', 'sku-' || lpad(n::text, 7, '0'), 'Item ' || n, lpad(n::text, 13, '0'), n % 100, 0,
      null, 0, '2026-01-01T00:00:00.000Z' from generate_series(1, ${skus}) as n;`;
}

function findBinaries(): string | undefined {
  const folders = [
    ...globSync('/usr/lib/postgresql/*/bin'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  const needed = ['initdb', 'postgres', 'psql', 'pgbench', 'pg_basebackup'];
  return folders.toReversed().find((folder) => needed.every((name) => existsSync(join(folder, name))));
}

function findUser(): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function untilReady(attempt: () => unknown): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
