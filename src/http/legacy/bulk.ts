/** The legacy door for many SKUs: a bare array in, a status and a message a row out, in the same order, always 200. */
import type { Problem } from '../../domain/refusal.ts';
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import type { JsonAnswer } from '../edge/json-answer.ts';
import type { RequestContext } from '../graphql/execute.ts';
import { detailed, notFound, refused, refusedCall, statusOf } from './answer.ts';
import { parseLegacyUpdate, toMessage } from './fields.ts';
import { readSafetyHeaders, type SafetyHeaders } from './safety-headers.ts';
import { toInput, updateInBulk } from './mutations.ts';
import { elementsOf, type Json } from './drf/json.ts';
import { typeName } from './drf/repr.ts';

export async function updateMany(
  json: Json,
  headers: SafetyHeaders,
  context: RequestContext,
): Promise<JsonAnswer> {
  const rows = elementsOf(json);
  if (!rows) return refuse(`Expected a list of items but got type "${typeName(json.asPython())}".`);
  if (rows.length > MAX_BULK_ROWS) {
    return refuse(`At most ${MAX_BULK_ROWS} items in one call; this one has ${rows.length}.`);
  }
  const safety = readSafetyHeaders(headers);
  if ('error' in safety) return detailed(400, safety.error);

  if (headers.ifMatch !== undefined) {
    return detailed(400, 'If-Match names the version of one SKU: it cannot be sent with many.');
  }
  const parsed = rows.map((row) => parseLegacyUpdate(row));
  // A malformed row keeps its place, and is refused there too: the same key with other rows is told apart.
  const updates = parsed.map((row) => ('update' in row ? toInput(row.update) : {}));
  const { results, replayed, userErrors } = await updateInBulk(
    { updates, ...(safety.idempotencyKey !== undefined && { idempotencyKey: safety.idempotencyKey }) },
    context,
  );
  const answered = { ...(replayed && { 'idempotent-replayed': 'true' }) };
  const [refusal] = userErrors;
  if (refusal) {
    const { code, message } = refusal;
    return { ...detailed(statusOf[code], message), refused: { code }, headers: answered };
  }

  const body = parsed.map((row, i) => {
    if ('errors' in row) return { status_code: 400, message: toMessage(row.errors) };
    const [problem] = results[i]?.userErrors ?? [];
    if (!problem) return { status_code: 200, message: 'success' };
    const status = statusOf[problem.code];
    return { status_code: status, message: status === 404 ? notFound(row.update) : problem.message };
  });
  const codes = parsed.map((row, i) =>
    'errors' in row ? 'BAD_USER_INPUT' : results[i]?.userErrors[0]?.code,
  );
  return { status: 200, headers: answered, body, ...firstRefused(codes, rows) };
}

/** The first refused row, and how many there are. */
function firstRefused(
  codes: readonly (Problem | undefined)[],
  rows: readonly Json[],
): Pick<JsonAnswer, 'refused'> {
  const first = codes.findIndex((code) => code !== undefined);
  const [code, row] = [codes[first], rows[first]];
  if (!code || !row) return {};
  const refusedRows = codes.filter((other) => other !== undefined).length;
  return { refused: { ...refusedCall(code, row), refusedRows } };
}

/** DRF's answer to a body that is no list of items. */
function refuse(message: string): JsonAnswer {
  return refused({ status: 400, code: 'BAD_USER_INPUT', message, isListError: true });
}
