/** Bulk calls of any length: sent in parts, one after the other, under keys made of one. */
import { bulkMutation } from './documents.ts';
import { BulkError, StockgateError } from './errors.ts';
import { newKey, type Mutate } from './graphql.ts';
import { GroupTally, type GroupResult } from './results.ts';
import type { BulkData, BulkSkuInventoryUpdateInput, BulkUpdateSkuInventoryInput } from './schema-types.ts';
import type { CallOptions } from './transport.ts';

/** The options of a bulk call. `ALL_OR_NOTHING` takes 10,000 rows at most. */
export interface BulkOptions extends CallOptions, Partial<Omit<BulkUpdateSkuInventoryInput, 'updates'>> {}

const MAX_ROWS = 10_000;
/** Bytes of rows in one call. The gateway takes bodies of 8 MiB. */
const MAX_BYTES = 7_000_000;

/**
 * Sends the rows in parts. With the same rows and key the parts are the same, so a second call finishes what a first one left.
 * Throws a BulkError, with the results so far, if a part fails.
 */
export async function sendBulk(
  mutate: Mutate,
  updates: readonly BulkSkuInventoryUpdateInput[],
  { signal, deadlineMs, ...options }: BulkOptions,
): Promise<GroupResult> {
  const parts = split(updates);
  if (parts.length > 1 && options.atomicity === 'ALL_OR_NOTHING')
    throw new RangeError(`ALL_OR_NOTHING takes ${MAX_ROWS} rows at most, of ${MAX_BYTES} bytes.`);
  const idempotencyKey = options.idempotencyKey ?? newKey();
  const tally = new GroupTally();
  for (const [i, part] of parts.entries()) {
    // Of one length, so that a key that is too long is refused with the first part.
    const key = parts.length > 1 ? `${idempotencyKey}/${String(i).padStart(6, '0')}` : idempotencyKey;
    const input = { ...options, updates: part, idempotencyKey: key };
    try {
      tally.add((await mutate<BulkData>(bulkMutation, input, { signal, deadlineMs })).result);
    } catch (error) {
      if (!(error instanceof StockgateError)) throw error;
      const { results, groupIds } = tally;
      throw new BulkError(error, { results, groupIds, sent: results.length + part.length, idempotencyKey });
    }
    if (tally.error) break;
  }
  return tally.toResult();
}

/** At least one part, so that a call without rows is answered too. */
function split(rows: readonly BulkSkuInventoryUpdateInput[]): BulkSkuInventoryUpdateInput[][] {
  const encoder = new TextEncoder();
  let part: BulkSkuInventoryUpdateInput[] = [];
  let bytes = 0;
  const parts = [part];
  for (const row of rows) {
    const size = encoder.encode(JSON.stringify(row)).length;
    if (part.length === MAX_ROWS || (bytes + size > MAX_BYTES && part.length > 0)) {
      part = [];
      bytes = 0;
      parts.push(part);
    }
    part.push(row);
    bytes += size;
  }
  return parts;
}
