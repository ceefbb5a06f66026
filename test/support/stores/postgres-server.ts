/** Creates a PostgreSQL server in a new folder, starts it, stops it in order or abruptly, and removes it. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const START_TIMEOUT_MS = 60_000;

/** The signals of PostgreSQL's shutdown modes. `fast` rolls back and closes in order. `immediate` ends at once, like a crash. */
const shutdownSignals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export interface PostgresServer {
  /** The URL without a database name. */
  readonly url: string;
  /** Resolves once the server accepts connections. After a stop it starts again on the same data. */
  start(): Promise<void>;
  stop(shutdown: keyof typeof shutdownSignals): Promise<void>;
  /** Ends all of its processes at once, as a machine that fails. */
  kill(): Promise<void>;
  /** Starts it as a standby of another server, with that server's data in place of its own. */
  rejoin(primary: string): Promise<void>;
  /** Stops all of its processes where they are, and lets them go on. */
  freeze(): void;
  wake(): void;
  /** Stops the server and removes its data. */
  remove(): Promise<void>;
}

/**
 * Creates a server with these settings, without starting it: with new data, or as a standby of the server at `standbyOf`, which must
 * run. Returns undefined if PostgreSQL's binaries are not found.
 */
export async function createPostgresServer(
  more: readonly string[] = [],
  standbyOf?: string,
): Promise<PostgresServer | undefined> {
  const bin = findBinaries();
  if (!bin) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-postgres-'));
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const make = async (primary?: string) => {
    const [tool, ...flags] =
      primary === undefined
        ? ['initdb', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8']
        : ['pg_basebackup', '-d', `${primary}/postgres`, '-R', '-X', 'stream', '-c', 'fast'];
    await promisify(execFile)(join(bin, tool ?? ''), ['-D', data, '--no-sync', ...flags], {
      ...user,
      cwd: folder,
    });
    // A standby that is promoted has no standby yet.
    if (primary !== undefined)
      appendFileSync(join(data, 'postgresql.auto.conf'), "synchronous_standby_names = ''\n");
  };
  await make(standbyOf);
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    // A standby notices soon that its primary is gone, so its promotion does not wait.
    'wal_retrieve_retry_interval=100ms',
    ...more,
  ];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgres://postgres@127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const signalAll = (signal: NodeJS.Signals) => {
    if (server?.pid === undefined) return;
    const children = childrenOf(server.pid);
    // The first process would start others in their place.
    for (const pid of [server.pid, ...children]) signalIfThere(pid, signal);
  };
  const start = async () => {
    server = spawn(join(bin, 'postgres'), args, { ...user, cwd: folder, stdio: 'ignore' });
    await untilReady(`${url}/postgres`);
  };
  const stop = async (shutdown: keyof typeof shutdownSignals) => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    if (server.kill(shutdownSignals[shutdown])) await exited;
  };
  return {
    url,
    start,
    stop,
    async kill() {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const exited = once(server, 'exit');
      signalAll('SIGKILL');
      await exited;
    },
    async rejoin(primary) {
      rmSync(data, { recursive: true, force: true });
      await make(primary);
      await start();
    },
    freeze: () => signalAll('SIGSTOP'),
    wake: () => signalAll('SIGCONT'),
    remove: async () => {
      await stop('fast');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on a new connection. */
export async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  // A server that ends the connection is told by the query too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map(Number);
}

/** The folder of PostgreSQL's programs. */
export function findBinaries(): string | undefined {
  const folders = [
    ...globSync('/usr/lib/postgresql/*/bin'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  return folders
    .reverse()
    .find((folder) =>
      ['initdb', 'postgres', 'pg_basebackup'].every((name) => existsSync(join(folder, name))),
    );
}

/** PostgreSQL refuses to run as root, so as root it runs as the user `postgres`. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await query(url, 'select 1');
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
