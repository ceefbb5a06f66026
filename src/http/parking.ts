/** Refusals that wait: a client that is refused later asks less often. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A refusal waits for this long at most, in milliseconds: alone, for each other of the same client, and in all. */
const ALONE_MS = 250;
const EACH_MS = 2;
const MOST_MS = 2_000;
/** Timers of one duration are cheap, in milliseconds. */
const STEP_MS = 25;
/** Refusals of one client that wait at most: further ones do not. */
const MAX_PARKED = 2_500;

export class Parking {
  readonly #parked = new Map<string, number>();

  /**
   * Resolves when the client may be refused: at random moments, so that its connections do not all ask at once, and the
   * later, the more of its refusals wait.
   */
  async park(client: string): Promise<void> {
    const parked = (this.#parked.get(client) ?? 0) + 1;
    if (parked > MAX_PARKED) return;
    this.#parked.set(client, parked);
    const most = Math.min(MOST_MS, ALONE_MS + EACH_MS * parked);
    await sleep(Math.ceil((most * (0.2 + 0.8 * Math.random())) / STEP_MS) * STEP_MS);
    const left = (this.#parked.get(client) ?? 1) - 1;
    if (left === 0) this.#parked.delete(client);
    else this.#parked.set(client, left);
  }
}
