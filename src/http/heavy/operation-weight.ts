/** Decides which requests the thread of the connections answers itself, and in which lane heavy requests wait. */
import { readParams, type GraphqlParams, type GraphqlRequest } from '../graphql/graphql-request.ts';
import type { Lane } from './heavy-request.ts';
import type { OperationCache, PreparedOperation } from '../graphql/prepared-operations.ts';

/** Largest body of a small request at either door, in bytes. */
const MAX_LIGHT_BODY = 16_384;
/** Longest GraphQL document that is parsed and validated for a small request, in UTF-16 units. A longer one must be known already. */
const MAX_NEW_DOCUMENT = 1_024;
/** Most fields in the answer to a small GraphQL request. */
const MAX_LIGHT_FIELDS = 1_500;
/** Largest body of a short call, in bytes: a few hundred rows. Short calls mostly wait for commits, which many calls can share. */
const MAX_CALL_BYTES = 65_536;
/** Most fields in the answer to a query in the lane `lists`. A query with more waits with the bulk calls. */
const MAX_LIST_FIELDS = 5_000;

/** What a quick look at a GraphQL request shows. */
export interface Seen {
  /** Undefined if the body is too large for a small request, or is not a GraphQL request. */
  readonly params?: GraphqlParams | undefined;
  /** Undefined if the operation is not valid, or if its document is new and too long to validate here. */
  readonly prepared?: PreparedOperation | undefined;
}

/** Parses and prepares a request, but only if that takes no longer than an update. The rest is left to a request thread. */
export function look(operations: OperationCache, request: GraphqlRequest): Seen {
  if (!isLightBody(request.body?.length ?? 0)) return {};
  const params = readParams(request);
  if (!params) return {};
  const { query, operationName } = params;
  const find = isShort(params) ? operations.prepare : operations.known;
  return { params, prepared: find(query, operationName) };
}

/** Whether a body of this many bytes can belong to a small request. */
export function isLightBody(bytes: number): boolean {
  return bytes <= MAX_LIGHT_BODY;
}

/** Whether an operation is small: it has no pages, bulk calls or introspection, is no subscription, and its answer is short. */
export function isLight({ operation, size }: PreparedOperation): boolean {
  const isSmall = size.items === 0 && size.answered <= MAX_LIGHT_FIELDS && !size.isHeavy;
  return isSmall && operation.operation !== 'subscription';
}

/** Chooses the lane of a heavy GraphQL request. `prepared` is undefined if the operation is not known; `bytes` is the length of the body. */
export function laneOf(prepared: PreparedOperation | undefined, bytes: number): Lane {
  if (!prepared) return 'bulk';
  if (prepared.operation.operation === 'mutation') return laneOfCall(bytes);
  return prepared.size.answered <= MAX_LIST_FIELDS ? 'lists' : 'bulk';
}

/** Chooses the lane of an update by the length of its body, in bytes. */
export function laneOfCall(bytes: number): Lane {
  return bytes <= MAX_CALL_BYTES ? 'calls' : 'bulk';
}

/** Whether the document is cheap enough to validate on the thread of the connections. */
function isShort({ query }: GraphqlParams): boolean {
  return query.length <= MAX_NEW_DOCUMENT;
}

/** Counts the root fields of an operation. Each reads or updates at least one row, so the token pays for that many. */
export function rootFieldsIn({ size }: PreparedOperation): number {
  return size.rootFields;
}
