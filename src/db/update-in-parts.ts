/** Large best-effort calls, written in parts so that others' updates go in between. */
import type { RowResult, UpdateAnswer, UpdateRequest } from '../inventory.ts';
import { UnavailableError } from '../unavailable.ts';
import { limitCandidates } from './limit-candidates.ts';

/**
 * Rows that neither stand and fall together nor are kept as one answer need not share a transaction: a call of more rows than
 * `maxRows` gives is written in parts of so many, asked for before each part.
 */
export async function updateInParts(
  request: UpdateRequest,
  maxRows: () => number,
  update: (part: UpdateRequest) => Promise<UpdateAnswer>,
): Promise<UpdateAnswer> {
  const { rows, atomicity, idempotencyKey, dryRun, groupId } = request;
  const isOne = atomicity === 'ALL_OR_NOTHING' || idempotencyKey !== null || dryRun;
  if (isOne || rows.length <= maxRows()) return update(request);
  const results: RowResult[] = [];
  while (results.length < rows.length) {
    const start = results.length;
    const part = { ...request, rows: rows.slice(start, start + maxRows()) };
    const answer = await update(part).catch((error: unknown) => {
      throw start > 0 && error instanceof UnavailableError ? partlyStored(start, error) : error;
    });
    results.push(...answer.results);
  }
  return { replayed: false, refusal: null, results: limitCandidates(results), groupId };
}

function partlyStored(rows: number, { cause }: UnavailableError): UnavailableError {
  const message = `The first ${rows} rows are stored; whether others are is not known. Send the call again: what is stored stays as it is.`;
  return new UnavailableError('OUTCOME_UNKNOWN', cause, message);
}
