/** Waits for a state, with a time limit that also suits a busy machine. */
import { vi } from 'vitest';

/** Much longer than working code takes, so only a real fault reaches it. */
export const PATIENCE_MS = 30_000;
const INTERVAL_MS = 20;

/** Repeats the check until it passes. After PATIENCE_MS it throws the check's last error. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: INTERVAL_MS });
}
