/** How a GraphQL request is executed and its result written: a short way for what nearly all clients send, Yoga's own for the rest. */
import type { FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { GraphQLParams, Plugin, YogaServerInstance } from 'graphql-yoga';

/** A result that Yoga shall write, instead of executing the request again. */
export interface KnownResult {
  readonly knownResult?: ExecutionResult | AsyncIterable<ExecutionResult> | undefined;
}

/** The body of the answer as text, to be sent as JSON with status 200; or a whole response. */
export type Answer<C> = (request: FastifyRequest, accept: string, context: C) => Promise<string | Response>;

/**
 * The short way runs the same pipeline, with every plugin, without building Fetch objects around it: they cost more than a small
 * mutation does. Whatever is not a plain success is still written by Yoga, from the result that is known by then.
 */
export function createAnswer<C extends object>(
  yoga: YogaServerInstance<C & KnownResult, object>,
  { shortcut = true }: { readonly shortcut?: boolean | undefined },
): Answer<C> {
  const anyRequest = new yoga.fetchAPI.Request('http://localhost/graphql', { method: 'POST' });
  return async (request, accept, context) => {
    const params = shortcut ? readParams(request) : undefined;
    if (!params) return yoga.fetch(toFetchRequest(request, accept), context);
    const result = await yoga.getResultForParams({ params, request: anyRequest }, { ...context });
    if (result && isPlainSuccess(result) && shortAccepts.has(accept)) return JSON.stringify(result);
    return yoga.fetch(toFetchRequest(request, accept), { ...context, knownResult: result });
  };

  function toFetchRequest(request: FastifyRequest, accept: string): Request {
    return new yoga.fetchAPI.Request(`http://localhost${request.url}`, {
      method: request.method,
      headers: { 'content-type': 'application/json', accept },
      ...(request.body instanceof Buffer ? { body: request.body.toString() } : {}),
    });
  }
}

/** Lets Yoga write a result that is known. */
export function writeKnownResult(): Plugin<object, KnownResult> {
  return {
    onParams({ context, setResult }) {
      if (context.knownResult) setResult(context.knownResult);
    },
  };
}

/** For these, JSON is what Yoga answers with. */
const shortAccepts = new Set(['*/*', 'application/json']);

/** The parameters of a POST that needs no explanation from Yoga; undefined for any other request. */
function readParams({ method, body }: FastifyRequest): GraphQLParams | undefined {
  if (method !== 'POST' || !(body instanceof Buffer)) return undefined;
  const parsed = parseObject(body.toString());
  if (!parsed) return undefined;
  const { query, variables, operationName, ...rest } = parsed;
  const isPlain =
    typeof query === 'string' &&
    query !== '' &&
    (variables === undefined || isObject(variables)) &&
    (operationName === undefined || typeof operationName === 'string') &&
    Object.keys(rest).length === 0;
  if (!isPlain) return undefined;
  return {
    query,
    ...(variables !== undefined && { variables }),
    ...(operationName !== undefined && { operationName }),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainSuccess(result: object): boolean {
  return 'data' in result && Object.keys(result).length === 1;
}
