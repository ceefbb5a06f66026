/** Deletes what is old while a gateway runs. */
import type { FastifyBaseLogger } from 'fastify';
import type { OpenInventory } from '../db/inventory.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How often to advance the service clock and delete old idempotency keys, and how often old changes. */
const PURGE_INTERVAL_MS = 60_000;
const PRUNE_INTERVAL_MS = 600_000;

interface Ages {
  /** For how many hours of service idempotency keys are kept. */
  readonly keyHours: number;
  /** For how many days of service changes are kept; undefined: for ever. */
  readonly historyDays: number | undefined;
}

/** Deletes old idempotency keys and changes at intervals. Returns a function that stops it. */
export function keepPurging(
  inventory: OpenInventory,
  { keyHours, historyDays }: Ages,
  logger: FastifyBaseLogger,
): () => void {
  const historyMs = historyDays === undefined ? null : historyDays * DAY_MS;
  const stops = [
    repeat(PURGE_INTERVAL_MS, () => inventory.purgeKeys(keyHours * HOUR_MS), logger),
    repeat(PRUNE_INTERVAL_MS, () => inventory.prune(historyMs), logger),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Does the work now and at intervals, one after the other. Returns a function that begins no more of it. */
function repeat(intervalMs: number, work: () => Promise<void>, logger: FastifyBaseLogger): () => void {
  let isBusy = false;
  const run = async () => {
    if (isBusy) return;
    isBusy = true;
    await work().catch((error: unknown) => logger.error({ err: error }, 'purge failed'));
    isBusy = false;
  };
  void run();
  const timer = setInterval(() => void run(), intervalMs);
  return () => clearInterval(timer);
}
