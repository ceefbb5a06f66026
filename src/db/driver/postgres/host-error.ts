/** Why no PostgreSQL server can be used. */
import { codeOf } from '../store-error.ts';
import type { ServerState } from './ask-server.ts';
import type { Server } from './connection-settings.ts';

/** No server can be used. The code goes to the log and to `/ready`. */
export class HostError extends Error {
  /**
   * - `NO_PRIMARY`: none takes writes.
   * - `REPLACED_PRIMARY`: one does, which another one had replaced. Where that one is gone, so may be updates that it acknowledged.
   * - `COMMITS_LOST`: the one that was promoted lacks updates that were acknowledged.
   */
  readonly code: 'NO_PRIMARY' | 'REPLACED_PRIMARY' | 'COMMITS_LOST';

  constructor(code: HostError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** `states`: what each server has answered, of which none can be used. */
export function noneTakesWrites(
  servers: readonly Server[],
  states: readonly (ServerState | Error)[],
): HostError {
  const told = servers.map(({ name }, i) => `${name} ${reasonOf(states[i])}`).join(', ');
  const none = `No PostgreSQL server takes writes: ${told}.`;
  if (!states.some((state) => !(state instanceof Error) && state.isPrimary))
    return new HostError('NO_PRIMARY', none);
  return new HostError(
    'REPLACED_PRIMARY',
    `${none} Start that other server again, or restart all gateways to go on without the updates that it alone has.`,
  );
}

export function lostCommits(): HostError {
  return new HostError(
    'COMMITS_LOST',
    'The PostgreSQL server that was promoted lacks updates that were acknowledged. Decide which server goes on, stop the other one for good, and restart all gateways.',
  );
}

function reasonOf(state: ServerState | Error | undefined): string {
  if (state instanceof Error) return `does not answer (${codeOf(state) || state.message})`;
  return state?.isPrimary ? 'was replaced by another server' : 'is a standby, or read-only';
}
