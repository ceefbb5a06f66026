/** How the legacy door answers: a status for each problem, and DRF's words. */
import type { Problem } from '../../domain/refusal.ts';
import { refusalHeaders, type PublicError } from '../edge/edge-error.ts';
import type { JsonAnswer } from '../edge/json-answer.ts';
import type { RefusedCall } from '../edge/request-log.ts';
import { memberOf, type Json } from './drf/json.ts';
import { identifierFields, type LegacyUpdate } from './fields.ts';

export const statusOf: Record<Problem, number> = {
  IDEMPOTENCY_KEY_REUSED: 422,
  BAD_USER_INPUT: 400,
  AS_OF_IN_FUTURE: 422,
  CHANGE_NOT_FOUND: 404,
  INVALID_IDENTIFIER: 404,
  SKU_NOT_FOUND: 404,
  AMBIGUOUS_IDENTIFIER: 422,
  PRECONDITION_FAILED: 412,
  QUANTITY_BELOW_ZERO: 422,
  QUANTITY_TOO_LARGE: 422,
  ROLLED_BACK: 422,
};

/** The message of a 404: the legacy server's own words, with Python's repr of what was sent. */
export function notFound({ identifier }: LegacyUpdate): string {
  return `No sku found with sku identifier: ${identifier.repr()}; Valid identifiers: ${identifierFields.join(', ')}`;
}

/** DRF's key, and the documented one. */
export function detailed(status: number, detail: string): JsonAnswer {
  return { status, body: { detail, message: detail } };
}

/** The edge's refusal, or a fault of ours, with the headers that it needs. */
export function refused(error: PublicError): JsonAnswer {
  const { status, message, isListError } = error;
  const body = isListError ? { non_field_errors: [message], message } : { detail: message, message };
  return { status, headers: refusalHeaders(error), body };
}

/** What the log says of a refused body, or of a refused row: the code, and the identifier as it was sent. */
export function refusedCall(code: Problem, json: Json): RefusedCall {
  const kind = identifierFields.find((field) => memberOf(json, field) !== undefined);
  if (kind === undefined) return { code };
  const sent = memberOf(json, kind)?.value;
  const value = typeof sent === 'object' && sent !== null ? typeof sent : String(sent);
  return { code, identifier: { kind, value } };
}
