/** Saves a catalog in parts, so that updates are committed in between. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CatalogRow, SaveCounts } from '../../domain/catalog.ts';
import { UnavailableError } from '../../domain/unavailable.ts';

/**
 * Most rows of a part. A part is one transaction, so an update waits for one part at most. Measured on SQLite: parts of 50, 100, 200
 * and 1,000 rows take 30,000 new SKUs in 6.8, 5.0, 4.5 and 3.9 s. A part of 100 rows takes 5 to 10 ms, its fsync included.
 */
export const PART_ROWS = 100;
/** In milliseconds. A part that is refused because too much waits is sent again every RETRY_MS, up to PATIENCE_MS. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 100;

/**
 * Saves parts of up to PART_ROWS rows, each once the previous one is on disk: a row may name a SKU of an earlier part. Resolves to the
 * sums of the parts' counts. Rejects with the error of the first part that fails. The parts before it stay saved.
 */
export async function saveInParts(
  rows: readonly CatalogRow[],
  save: (part: readonly CatalogRow[]) => Promise<SaveCounts>,
): Promise<SaveCounts> {
  let total: SaveCounts = { created: 0, updated: 0, unchanged: 0, changes: 0 };
  for (let start = 0; start < rows.length; start += PART_ROWS) {
    const saved = await onceAdmitted(() => save(rows.slice(start, start + PART_ROWS)));
    total = {
      created: total.created + saved.created,
      updated: total.updated + saved.updated,
      unchanged: total.unchanged + saved.unchanged,
      changes: total.changes + saved.changes,
    };
  }
  return total;
}

/** Sends the part again if it is refused because too much waits, since updates come first. Nothing of a refused part is stored. */
async function onceAdmitted<T>(save: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return await save();
    } catch (error) {
      const isOverload = error instanceof UnavailableError && error.code === 'OVERLOADED';
      if (!isOverload || performance.now() - started > PATIENCE_MS) throw error;
      await pause(RETRY_MS);
    }
  }
}
