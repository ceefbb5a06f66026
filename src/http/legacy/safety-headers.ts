/** The headers that a legacy client may send for safety: If-Match and Idempotency-Key. Silent for those who do not. */
import type { IncomingHttpHeaders } from 'node:http';
import { MAX_KEY_LENGTH } from '../../domain/update.ts';

/** As they were sent. */
export interface SafetyHeaders {
  readonly ifMatch: string | undefined;
  readonly idempotencyKey: string | readonly string[] | undefined;
}

export function pickSafetyHeaders(headers: IncomingHttpHeaders): SafetyHeaders {
  return { ifMatch: headers['if-match'], idempotencyKey: headers['idempotency-key'] };
}

/** What the headers ask for, as fields of the mutations' input. */
export interface SafetyInput {
  readonly expected?: { readonly version: number };
  readonly idempotencyKey?: string;
}

/** RFC 9110, 13.1.1: `If-Match: "7"`, with the version out of an ETag; `*` holds for every SKU that exists. */
export function readSafetyHeaders({
  ifMatch,
  idempotencyKey: key,
}: SafetyHeaders): SafetyInput | { readonly error: string } {
  const version = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch ?? '')?.[1];
  if (ifMatch !== undefined && ifMatch.trim() !== '*' && version === undefined) {
    return { error: 'If-Match must be one ETag of this path, such as "7", or *.' };
  }
  if (key !== undefined && (typeof key !== 'string' || !isKey(key))) {
    return { error: `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} printable ASCII characters.` };
  }
  return {
    ...(version !== undefined && { expected: { version: Number(version) } }),
    ...(key !== undefined && { idempotencyKey: key }),
  };
}

function isKey(key: string): boolean {
  return key.length <= MAX_KEY_LENGTH && /^[\x20-\x7e]+$/.test(key);
}
