/** Measures a quiet supplier on a running gateway: first alone, then during an attack. */
import { setTimeout as pause } from 'node:timers/promises';
import { startAttacker } from './attacker.ts';
import { askQuietly, type Latencies } from './quiet-client.ts';
import type { Watched } from './watch.ts';
import type { WatchedGateway } from './watched-gateway.ts';

export interface Seen extends Watched {
  readonly quiet: Latencies;
  readonly beside: Latencies;
}

export interface Conditions {
  readonly quietMs: number;
  /** Counted from when the attacks have built up. */
  readonly besideMs: number;
  /** Answers that the quiet supplier gets at least, alone and beside the attack; 100 by default. */
  readonly answers?: number;
  /** The nice value of the attacker's process. */
  readonly attackerPriority?: number;
}

/** Requests that warm the program up before it is measured. */
const WARM_UP = 60;

export async function measureBeside(
  gateway: WatchedGateway,
  attacks: readonly string[],
  { quietMs, besideMs, answers = 100, attackerPriority = 0 }: Conditions,
): Promise<Seen> {
  await askQuietly(gateway.origin, Promise.resolve(), WARM_UP);
  const quiet = await askQuietly(gateway.origin, pause(quietMs), answers);
  await gateway.watched();
  const attacker = startAttacker(gateway.origin, attacks, attackerPriority);
  try {
    const attacked = attacker.begun.then(() => pause(besideMs));
    const beside = await askQuietly(gateway.origin, attacked, answers);
    await attacked;
    return { quiet, beside, ...(await gateway.watched()) };
  } finally {
    await attacker.stop();
  }
}
