/** Attacks from a process of its own, so that making large requests does not slow those who are measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('attacking.ts', import.meta.url));

export interface Attacker {
  /** Resolves when the attacks are at their height; rejects when the process ended before. */
  readonly begun: Promise<unknown>;
  /** Ends it, and closes all that it holds. */
  stop(): Promise<void>;
}

/** `priority` is the operating system's: the higher, the less time it takes from those who are measured. */
export function startAttacker(origin: string, names: readonly string[], priority: number): Attacker {
  const child = fork(PROGRAM, [String(priority), origin, ...names], { execArgv: [] });
  const ended = once(child, 'exit');
  const died = ended.then(() => Promise.reject(new Error('The attacker ended before it began.')));
  died.catch(() => undefined);
  return {
    begun: Promise.race([once(child, 'message'), died]),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
