/** Runs attacks in a separate process, so that making large requests does not slow the measured client. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('attacking.ts', import.meta.url));

export interface Attacker {
  /** Resolves when the attacks have built up. Rejects if the process ends before that. */
  readonly begun: Promise<unknown>;
  /** Kills the process, which closes all of its connections. */
  stop(): Promise<void>;
}

/** `priority` is a nice value: the higher it is, the less processor time the attacker takes from the measured processes. */
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
