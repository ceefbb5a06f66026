/** The programs of a cluster: etcd, Patroni, HAProxy. Each runs in a folder of its own and listens on loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, chownSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unprivilegedUser } from '../../support/stores/postgres-server.ts';

export interface Program {
  readonly child: ChildProcess;
  /** Kills it alone, and not what it started. Resolves once it has ended. */
  kill(): Promise<void>;
}

/** A folder that PostgreSQL's user can write to. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-cluster-'));
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Starts it with its output in `NAME.log` of the folder. */
export function run(folder: string, name: string, program: string, args: readonly string[]): Program {
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(program, args, { ...unprivilegedUser(), cwd: folder, stdio: ['ignore', log, log] });
  return {
    child,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Writes a configuration. JSON is YAML too. */
export function writeJson(folder: string, name: string, content: object): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}
