/** One measurement: a quiet supplier without a neighbour, and beside an attack, at a gateway of its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { startAttacker } from './attacker.ts';
import { askQuietly, type Latencies } from './quiet-client.ts';
import type { Watched } from './watch.ts';
import { startWatched } from './watched-gateway.ts';

export interface Seen extends Watched {
  readonly quiet: Latencies;
  readonly beside: Latencies;
}

export interface Conditions {
  readonly quietMs: number;
  /** From when the attacks are at their height. */
  readonly besideMs: number;
  /** Of the attacker's process. */
  readonly attackerPriority?: number;
}

/** Requests until the program runs as it will go on. */
const WARM_UP = 60;

export async function measureBeside(
  database: string,
  attacks: readonly string[],
  { quietMs, besideMs, attackerPriority = 0 }: Conditions,
): Promise<Seen> {
  const gateway = await startWatched(database);
  try {
    await askQuietly(gateway.origin, Promise.resolve(), WARM_UP);
    const quiet = await askQuietly(gateway.origin, pause(quietMs));
    await gateway.watched();
    const attacker = startAttacker(gateway.origin, attacks, attackerPriority);
    try {
      const attacked = attacker.begun.then(() => pause(besideMs));
      const beside = await askQuietly(gateway.origin, attacked);
      await attacked;
      return { quiet, beside, ...(await gateway.watched()) };
    } finally {
      await attacker.stop();
    }
  } finally {
    await gateway.stop('SIGKILL');
  }
}
