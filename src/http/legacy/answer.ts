/** How the legacy door answers: a status for each problem, and DRF's words. */
import type { Problem } from '../../domain/refusal.ts';
import { identifierFields, type LegacyUpdate } from './fields.ts';

/** An answer free of its connection; the body is sent as JSON. */
export interface LegacyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

export const statusOf: Record<Problem, number> = {
  IDEMPOTENCY_KEY_REUSED: 422,
  BAD_USER_INPUT: 400,
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
export function detailed(status: number, detail: string): LegacyAnswer {
  return { status, body: { detail, message: detail } };
}
