/** Splits large best-effort calls into parts, so that other updates are committed in between. */
import { limitCandidates } from '../../domain/decide-batch.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { StoreKind } from '../store/store.ts';
import { MAX_BATCH_ROWS, SHARED_BATCH_ROWS } from '../queue/turns.ts';

/**
 * Rows of a part of a feed. SQLite's writer does nothing else meanwhile, so these are few: nobody waits for a feed, and updates beside it
 * wait for less than beside a bulk call.
 */
const FEED_PART_ROWS: Record<StoreKind, number> = { sqlite: 25, postgres: SHARED_BATCH_ROWS };

/**
 * Updates in parts, if the call is best-effort, has no idempotency key and has more rows than a part. Each part is
 * a message of its own, so that the writer's thread never parses or writes one for long. Rejects with the error of the first part that
 * fails, or with OUTCOME_UNKNOWN if that is store trouble and other parts are stored.
 */
export async function updateInParts(
  kind: StoreKind,
  request: UpdateRequest,
  update: (part: UpdateRequest) => Promise<UpdateAnswer>,
): Promise<UpdateAnswer> {
  const { rows, atomicity, idempotencyKey, groupId, source } = request;
  const partRows = source === 'FEED' ? FEED_PART_ROWS[kind] : SHARED_BATCH_ROWS;
  const isOne = atomicity === 'ALL_OR_NOTHING' || idempotencyKey !== null;
  if (isOne || rows.length <= partRows) return update(request);

  const answers: UpdateAnswer[] = [];
  const failures: { readonly start: number; readonly error: unknown }[] = [];
  // SQLite commits one transaction after another, and many parts may share one. PostgreSQL commits two at a time: there each part waits
  // for the previous one, so that rows of one SKU stay in order.
  const atOnce = kind === 'sqlite' ? MAX_BATCH_ROWS / partRows : 1;
  let next = 0;
  const writeOn = async () => {
    while (next < rows.length && failures.length === 0) {
      const start = next;
      next += partRows;
      try {
        const part = { ...request, rows: rows.slice(start, next) };
        answers[start / partRows] = await update(part);
      } catch (error) {
        failures.push({ start, error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, writeOn));
  const [failed] = failures.toSorted((a, b) => a.start - b.start);
  if (failed) throw answers.length > 0 ? partlyStored(failed.start, failed.error) : failed.error;
  const results = answers.flatMap((answer) => answer.results);
  return { replayed: false, refusal: null, results: limitCandidates(results), groupId };
}

function partlyStored(rows: number, error: unknown): unknown {
  if (!(error instanceof UnavailableError)) return error;
  const first = rows > 0 ? `The first ${rows} rows are stored; whether others are` : 'Which rows are stored';
  const message = `${first} is not known. Send the call again: what is stored stays as it is.`;
  return new UnavailableError('OUTCOME_UNKNOWN', error.cause, message);
}
