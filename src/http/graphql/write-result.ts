/** Results and refusals as HTTP answers in JSON. A result's status, headers and bytes are those that Yoga gives it. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import { refusalHeaders, type PublicError } from '../edge/edge-error.ts';
import { JsonText, type JsonAnswer } from '../edge/json-answer.ts';
import type { GraphqlRequest } from './graphql-request.ts';
import type { Operation } from './permission.ts';

/** Media types of an answer in JSON. */
type JsonType = 'application/json' | 'application/graphql-response+json';

/**
 * The type of a valid operation's answer. Null where Yoga must answer: it begins streams, writes a result as a stream for those who
 * accept nothing else, and refuses mutations by GET.
 */
export function jsonTypeFor(
  { method, accept }: GraphqlRequest,
  { operation: { operation } }: Operation,
): JsonType | null {
  if (operation === 'subscription' || (operation === 'mutation' && method === 'GET')) return null;
  if (accept === '*/*' || accept === 'application/json') return 'application/json';
  const [first] = accept.split(', ').filter((type) => type !== 'text/event-stream');
  if (first === undefined) return null;
  return first === 'application/graphql-response+json' ? first : 'application/json';
}

/** The answer to a request whose operation was executed. */
export function writeResult(result: ExecutionResult | JsonText, type: JsonType): JsonAnswer {
  const headers = { 'content-type': `${type}; charset=utf-8` };
  if (result instanceof JsonText) return { status: 200, headers, body: result };
  const { errors } = result;
  if (!errors) return { status: 200, headers, body: result };
  const hints = errors.map(({ extensions }) => extensions.http ?? {});
  // A fault that left other fields whole is no failure of the request.
  const failed = !('data' in result) && errors.some(({ extensions }) => extensions['unexpected'] === true);
  return {
    status: Math.max(...hints.map(({ status = 0 }) => status)) || (failed ? 500 : 200),
    headers: Object.assign(headers, ...hints.map((hint) => hint.headers)),
    body: publicResult(result),
  };
}

/** A result as clients get it: its errors without what was for the answer's status. */
export function publicResult({ errors, ...result }: ExecutionResult): object {
  return { ...result, ...(errors && { errors: errors.map(publicError) }) };
}

/** GraphQL's answer to a request that never reached the schema. */
export function writeError(error: PublicError): JsonAnswer {
  const { status, code, message, details } = error;
  return {
    status,
    headers: refusalHeaders(error),
    body: { errors: [{ message, extensions: { code, ...details } }] },
  };
}

function publicError(error: GraphQLError): object {
  const { http: _http, unexpected: _unexpected, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}
