/** Waits for a state, for as long as a machine with much else to do may take to reach it. */
import { vi } from 'vitest';

/** Far beyond what anything takes that works: what waits for a state fails by this alone. */
export const PATIENCE_MS = 30_000;
const INTERVAL_MS = 20;

/** Tries again until the check passes; throws its last error once patience is at its end. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: INTERVAL_MS });
}
