/** Waits for a state, also in programs that vitest does not run. */
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 120_000;
const LOOK_MS = 20;

/** Resolves to what `look` gives, once that is neither undefined nor false. Throws after two minutes. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const started = performance.now(); performance.now() - started < PATIENCE_MS; await sleep(LOOK_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`It never came to this: ${what}.`);
}
