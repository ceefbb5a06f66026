/** One real PostgreSQL for the whole run, in a folder of its own. Tests that need it are skipped where its binaries are not found. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { openStore } from '../src/db/open.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where databases can be made; null when there is no PostgreSQL here. */
    postgresUrl: string | null;
  }
}

/** A migrated database that tests copy: far quicker than migrating each. */
export const TEMPLATE = 'stockgate_template';
const START_TIMEOUT_MS = 20_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bin = findBinaries();
  if (!bin) {
    if (process.env['STOCKGATE_TEST_REQUIRE'] === 'all')
      throw new Error('PostgreSQL is required, and not found here.');
    process.stderr.write('No PostgreSQL found: its tests are skipped. Install it to run them.\n');
    project.provide('postgresUrl', null);
    return () => Promise.resolve();
  }
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-postgres-'));
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...user,
      cwd: folder,
      stdio: 'pipe',
    },
  );
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
  ];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const stop = async () => {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    // SIGINT is PostgreSQL's fast shutdown.
    if (server.exitCode === null && server.kill('SIGINT')) await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `postgres://postgres@127.0.0.1:${port}`;
    await untilReady(`${url}/postgres`);
    await query(`${url}/postgres`, `create database ${TEMPLATE}`);
    const template = await openStore(`${url}/${TEMPLATE}`);
    await template.close();
    project.provide('postgresUrl', url);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function findBinaries(): string | undefined {
  const folders = [
    ...globSync('/usr/lib/postgresql/*/bin'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  return folders
    .reverse()
    .find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
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
