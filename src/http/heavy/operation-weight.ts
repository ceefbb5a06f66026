/** Which requests are answered on the spot, and in which lane the others wait. */
import { readParams, type GraphqlParams, type GraphqlRequest } from '../graphql/graphql-request.ts';
import type { Lane } from './heavy-request.ts';
import type { OperationCache, PreparedOperation } from '../graphql/prepared-operations.ts';

/** What is answered on the spot, through either door: a body up to this size in bytes. */
const MAX_LIGHT_BODY = 16_384;
/** Of GraphQL, a new document up to this length, and an answer of so many fields. */
const MAX_NEW_DOCUMENT = 1_024;
const MAX_LIGHT_FIELDS = 1_500;
/** A call of some hundred rows: it spends most of its time waiting for its commit, which many may share. In bytes. */
const MAX_CALL_BYTES = 65_536;
/** An answer of more fields waits with the bulk calls. */
const MAX_LIST_FIELDS = 5_000;

/** What is known of a request before it is decided where it is answered. */
export interface Seen {
  /** Undefined where the body is large, or no GraphQL request. */
  readonly params?: GraphqlParams | undefined;
  readonly prepared?: PreparedOperation | undefined;
}

/** Looks at a request for no longer than an update takes. */
export function look(operations: OperationCache, request: GraphqlRequest): Seen {
  if (!isLightBody(request.body?.length ?? 0)) return {};
  const params = readParams(request);
  if (!params) return {};
  const { query, operationName } = params;
  const find = isShort(params) ? operations.prepare : operations.known;
  return { params, prepared: find(query, operationName) };
}

/** Whether a body of so many bytes is read on the spot. */
export function isLightBody(bytes: number): boolean {
  return bytes <= MAX_LIGHT_BODY;
}

/** It reads and writes single SKUs alone. */
export function isLight({ operation, size }: PreparedOperation): boolean {
  const isSmall = size.items === 0 && size.answered <= MAX_LIGHT_FIELDS && !size.isHeavy;
  return isSmall && operation.operation !== 'subscription';
}

/** Undefined stands for an operation that is not known; `bytes` is the length of the body. */
export function laneOf(prepared: PreparedOperation | undefined, bytes: number): Lane {
  if (!prepared) return 'bulk';
  if (prepared.operation.operation === 'mutation') return laneOfCall(bytes);
  return prepared.size.answered <= MAX_LIST_FIELDS ? 'lists' : 'bulk';
}

/** The lane of an update, by the length of its body. */
export function laneOfCall(bytes: number): Lane {
  return bytes <= MAX_CALL_BYTES ? 'calls' : 'bulk';
}

/** Whether this document is cheap to validate, so that it may be validated with each request. */
function isShort({ query }: GraphqlParams): boolean {
  return query.length <= MAX_NEW_DOCUMENT;
}

/** Root fields: each reads or updates a row at least. */
export function rootFieldsIn({ size }: PreparedOperation): number {
  return size.rootFields;
}
