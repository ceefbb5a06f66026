/** A GraphQL request free of its connection, so that it can be answered on another thread; and what it asks for. */

/** Where GraphQL is. */
export const GRAPHQL_PATH = '/graphql';

export interface GraphqlRequest {
  readonly method: 'GET' | 'POST';
  /** What follows the path in the address: `?query=...`, or nothing. */
  readonly parameters: string;
  /** The media types that there is an answer in (`negotiateAccept`). */
  readonly accept: string;
  /** JSON in UTF-8; absent for GET. */
  readonly body: Buffer | undefined;
}

export interface GraphqlParams {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | undefined;
  /** A POST with nothing beside these three: no other way to send it is answered by the short way. */
  readonly isPlain: boolean;
}

/** What the request asks for; undefined where only Yoga can say what is wrong with it. */
export function readParams({ method, parameters, body }: GraphqlRequest): GraphqlParams | undefined {
  const given = method === 'GET' ? Object.fromEntries(new URLSearchParams(parameters)) : readBody(body);
  const { query, variables, operationName } = given;
  if (typeof query !== 'string' || query === '') return undefined;
  const isPlain =
    method === 'POST' &&
    (variables === undefined || isObject(variables)) &&
    (operationName === undefined || typeof operationName === 'string') &&
    hasOnly(given, plainKeys);
  return {
    query,
    variables: isObject(variables) ? variables : {},
    operationName: typeof operationName === 'string' ? operationName : undefined,
    isPlain,
  };
}

const plainKeys: ReadonlySet<string> = new Set(['query', 'variables', 'operationName']);

function hasOnly(given: object, keys: ReadonlySet<string>): boolean {
  for (const key in given) if (!keys.has(key)) return false;
  return true;
}

function readBody(body: Buffer | undefined): Record<string, unknown> {
  return (body && parseObject(body.toString())) ?? {};
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
