/** How a GraphQL request is executed and its result written: a short way for what nearly all clients send, Yoga's own for the rest. */
import { normalizedExecutor } from '@graphql-tools/executor';
import type { FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Plugin, YogaServerInstance } from 'graphql-yoga';
import { schema } from '../schema/index.ts';
import { denyPermission, maskResult, type ServerContext } from './graphql-plugins.ts';
import { createPrepareOperation } from './prepared-operations.ts';

/** A result that Yoga shall write, instead of executing the request again. */
export interface KnownResult {
  readonly knownResult?: ExecutionResult | undefined;
}

/** The body of the answer as text, to be sent as JSON with status 200; or a whole response. */
export type Answer = (
  request: FastifyRequest,
  accept: string,
  context: ServerContext,
) => Promise<string | Response>;

/**
 * The short way runs operations that are known to be valid straight in Yoga's executor: Yoga's pipeline and the Fetch objects around it
 * cost several times what a small mutation does. Whatever is not a plain success is still written by Yoga, from the result
 * that is known by then; whatever is refused before it runs takes Yoga's way from the start.
 */
export function createAnswer(
  yoga: YogaServerInstance<ServerContext & KnownResult, object>,
  { shortcut = true }: { readonly shortcut?: boolean | undefined },
): Answer {
  const prepareOperation = createPrepareOperation(schema);
  return async (request, accept, context) => {
    const params = shortcut ? readParams(request) : undefined;
    const prepared = params && prepareOperation(params.query, params.operationName);
    if (!prepared || denyPermission(prepared, context.caller)) {
      return yoga.fetch(toFetchRequest(request, accept), context);
    }
    const result = await normalizedExecutor<Record<string, unknown>, Record<string, unknown>, ServerContext>({
      schema,
      document: prepared.document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: context,
    });
    if (Symbol.asyncIterator in result) throw new Error('A query or mutation was answered with a stream.');
    if (isPlainSuccess(result) && shortAccepts.has(accept)) return JSON.stringify(result);
    const knownResult = maskResult(result, context);
    return yoga.fetch(toFetchRequest(request, accept), { ...context, knownResult });
  };

  function toFetchRequest(request: FastifyRequest, accept: string): Request {
    // Of the address the parameters alone: it may be spelled in a way that the router reads, and Yoga does not.
    const parameters = request.url.replace(/^[^?]*/, '');
    return new yoga.fetchAPI.Request(`http://localhost${yoga.graphqlEndpoint}${parameters}`, {
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

interface Params {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | undefined;
}

/** The parameters of a POST that needs no explanation from Yoga; undefined for any other request. */
function readParams({ method, body }: FastifyRequest): Params | undefined {
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
  return { query, variables: variables ?? {}, operationName };
}

/** A JSON object; undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
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
