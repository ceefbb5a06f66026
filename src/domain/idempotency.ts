/** Idempotency keys: which inputs are the same, and what a key that was used before does to a request. */
import { hash } from 'node:crypto';
import type { Refusal } from './refusal.ts';
import type { UpdateAnswer, UpdateRequest } from './update.ts';

/** A key counts within its supplier and mutation. */
export interface IdempotencyKey {
  readonly supplierId: string;
  readonly operation: string;
  readonly key: string;
}

/** The request's key; null if it has none, or if it is a dry run, which stores nothing. */
export function keyOfRequest(request: UpdateRequest): IdempotencyKey | null {
  const { supplierId, operation, idempotencyKey, dryRun } = request;
  return idempotencyKey === null || dryRun ? null : { supplierId, operation, key: idempotencyKey };
}

/** The key as one string. PostgreSQL's locks on keys are named by it, so all gateways must spell it alike. */
export function nameOfKey({ supplierId, operation, key }: IdempotencyKey): string {
  return JSON.stringify([supplierId, operation, key]);
}

/** The fingerprint of 10,000 rows takes milliseconds, and a request needs it more than once. */
const fingerprints = new WeakMap<UpdateRequest, string>();

/**
 * Two inputs are the same if their fingerprints are equal: SHA-256 in hexadecimal, of everything validated that decides the
 * effect. Stores keep fingerprints for days, so a request must have the same one in every version.
 */
export function fingerprintOf(request: UpdateRequest): string {
  const known = fingerprints.get(request);
  if (known !== undefined) return known;
  const { rows, atomicity, reason, referenceDocumentUri } = request;
  const made = hash('sha256', JSON.stringify([rows, atomicity, reason, referenceDocumentUri]), 'hex');
  fingerprints.set(request, made);
  return made;
}

/** A request's key and its input, as they are compared with those of other requests. */
export interface KeyedInput {
  /** By `nameOfKey`. */
  readonly name: string;
  readonly fingerprint: string;
}

/** Null for a request without a key. */
export function keyedInputOf(request: UpdateRequest): KeyedInput | null {
  const key = keyOfRequest(request);
  return key && { name: nameOfKey(key), fingerprint: fingerprintOf(request) };
}

/** What the store keeps under a key. */
export interface KeptAnswer {
  /** Of the input that was answered. */
  readonly fingerprint: string;
  /** The store reads it only for a request with the same fingerprint; null for any other. */
  readonly answer: UpdateAnswer | null;
}

/** What the store says of requests' keys. */
export interface KnownKeys {
  /** By `nameOfKey`. */
  readonly kept: ReadonlyMap<string, KeptAnswer>;
  /**
   * Suppliers whose keys take all the room that they may have: no new key is kept. It is read before a transaction saves its
   * keys, so a supplier can exceed its quota by what the transactions of one moment save.
   */
  readonly full: ReadonlySet<string>;
}

/** A key that was used: its answer is in the store, or it will be that of an earlier request in the batch, by index. */
export type UsedKey = KeptAnswer | { readonly fingerprint: string; readonly firstRequest: number };

/** What its key alone decides about a request. */
export type KeyDecision =
  | { readonly kind: 'REPLAYED'; readonly answer: UpdateAnswer }
  /** An earlier request of the batch has the same key and input: its index. */
  | { readonly kind: 'REPEATED'; readonly firstRequest: number }
  | { readonly kind: 'REFUSED'; readonly refusal: Refusal }
  /** The supplier may keep no further key. */
  | { readonly kind: 'KEYS_FULL' };

/** Decides a request that has a key; null if the key is new, so that the rows decide. `usedKeys` are by `nameOfKey`. */
export function decideKey(
  { name, fingerprint }: KeyedInput,
  usedKeys: ReadonlyMap<string, UsedKey>,
  isFull: boolean,
): KeyDecision | null {
  const used = usedKeys.get(name);
  if (!used) return isFull ? { kind: 'KEYS_FULL' } : null;
  if (used.fingerprint === fingerprint) {
    if ('firstRequest' in used) return { kind: 'REPEATED', firstRequest: used.firstRequest };
    if (used.answer) return { kind: 'REPLAYED', answer: used.answer };
  }
  return { kind: 'REFUSED', refusal: { problem: 'IDEMPOTENCY_KEY_REUSED' } };
}
