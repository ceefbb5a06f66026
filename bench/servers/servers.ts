/** Starts processes, waits until they print their URL, pins them to a core, and stops them. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Job, Load } from '../measure/load.ts';

const START_TIMEOUT_MS = 60_000;
/** The time that a process has to end after SIGTERM. Then it gets SIGKILL. */
const STOP_TIMEOUT_MS = 15_000;
/** How much of the end of a process's output is kept, in characters, for error messages. */
const KEPT_STDERR = 4_000;

export const LOAD_CORE = 1;

export interface Server {
  readonly origin: string;
  readonly pid: number;
  /** The end of what it wrote to stderr. */
  said(): string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Stops all processes that are still running. Call it when a row or the run ends, also after a failure. */
export async function stopAll(): Promise<void> {
  await Promise.all(Array.from(running, stop));
}

/** Starts a Node program that prints `http://127.0.0.1:PORT` once it listens. */
export async function startServer(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child = start(process.execPath, args, undefined, env);
  const origin = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${args[0]} did not start in time.`)), START_TIMEOUT_MS);
    let said = '';
    child.process.stdout?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT_STDERR);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.process.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`${args.join(' ')} ended before it listened:\n${child.stderr()}`));
    });
  });
  return { origin, pid: child.process.pid ?? 0, said: child.stderr, stop: () => stop(child.process) };
}

/** Runs a program to its end. Resolves with its stdout. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { core, env = {} }: { core?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = start(program, args, core, env);
  const stdout: Buffer[] = [];
  child.process.stdout?.on('data', (chunk: Buffer) => void stdout.push(chunk));
  const code = await new Promise((resolve) => child.process.once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${child.stderr()}`);
  return Buffer.concat(stdout).toString();
}

/** Runs the load generator once. Throws if even one answer was wrong. */
export async function runLoad(job: Job): Promise<Load> {
  const generator = fileURLToPath(new URL('../measure/load.ts', import.meta.url));
  const output = await runProgram(process.execPath, [generator, JSON.stringify(job)], { core: LOAD_CORE });
  const load: Load = JSON.parse(output);
  if (load.errors > 0)
    throw new Error(`${load.errors} wrong answers (${job.shape}); one is:\n${load.firstError}`);
  if (load.answers === 0) throw new Error(`No answer to ${job.shape} came in time: give more --seconds.`);
  return load;
}

/** Whether the load generator is pinned to a core. Servers are not pinned, but a busy one moves to another core. */
export const pins = canPin();

function canPin(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-c', String(LOAD_CORE), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Returns the arguments of `spawn` that run a program on one core. taskset replaces itself by the program, so the process ID stays. */
function pin(program: string, args: readonly string[], core: number | undefined): [string, string[]] {
  if (!pins || core === undefined) return [program, [...args]];
  return ['taskset', ['-c', String(core), program, ...args]];
}

function start(program: string, args: readonly string[], core: number | undefined, env: NodeJS.ProcessEnv) {
  const child = spawn(...pin(program, args, core), {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-KEPT_STDERR)));
  child.once('error', (error) => (stderr += error.message));
  return { process: child, stderr: () => stderr };
}

/** Resolves when the process has ended, so that nothing writes into its folder any more. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
