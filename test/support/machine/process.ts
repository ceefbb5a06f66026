/** Runs the real program as an operator does: in its own process, on a free port of the loopback interface. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { MAIN } from './built-program.ts';

const START_TIMEOUT_MS = 60_000;

export interface RunningGateway {
  readonly origin: string;
  readonly port: string;
  readonly process: ChildProcess;
  /** Sends SIGTERM by default. Resolves with the exit code, or with null if a signal ended the process. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Changes to how the program is started. */
export interface Launch {
  /** A wrapper program with its arguments, such as strace. */
  readonly under?: readonly string[];
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log goes: by default to the stderr of the tests. */
  readonly stderr?: 'pipe' | 'inherit';
}

/** Starts `stockgate serve` without waiting until it listens. */
export function spawnGateway(
  database: string,
  flags: readonly string[] = [],
  { under = [], env = {}, stderr = 'inherit' }: Launch = {},
): ChildProcess {
  const serve = [process.execPath, MAIN, 'serve', '--port', '0', '--database', database, ...flags];
  const [program = '', ...args] = [...under, ...serve];
  return spawn(program, args, {
    stdio: ['ignore', 'pipe', stderr],
    env: { ...process.env, ...env },
  });
}

/** Starts `stockgate serve` and waits until it prints its URL. */
export async function startGateway(database: string, ...flags: string[]): Promise<RunningGateway> {
  return untilListening(spawnGateway(database, flags));
}

export async function untilListening(child: ChildProcess): Promise<RunningGateway> {
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    if (!child.stdout) throw new Error('The gateway has no output to read.');
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (!origin) continue;
      const [url, port = ''] = origin;
      return { origin: url, port, process: child, stop: (signal) => stop(child, exited, signal) };
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error('The gateway ended before it listened.');
}

async function stop(child: ChildProcess, exited: Promise<unknown[]>, signal: NodeJS.Signals = 'SIGTERM') {
  child.kill(signal);
  await exited;
  return child.exitCode;
}

/** Starts one `stockgate` command, without reading what it prints. */
export function spawnCommand(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
}

/** Runs one `stockgate` command to its end. */
export async function runCommand(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return run(process.execPath, [MAIN, ...args]);
}

/** Runs a program to its end, with an empty stdin. */
export async function run(
  program: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
