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

const answerTypes = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  'text/event-stream',
  '*/*',
]);

/** Headers that were negotiated. Clients send few different ones, and a hostile client's many are forgotten at once. */
const negotiated = new Map<string, string>();
const MAX_NEGOTIATED = 100;
const MAX_NEGOTIATED_LENGTH = 200;

/** Of the header Accept, what there is an answer in, separated by commas. Where that is nothing, JSON: the work is done by then. */
export function negotiateAccept(accept: string | undefined): string {
  if (accept === undefined || accept === '*/*') return '*/*';
  const known = negotiated.get(accept);
  if (known !== undefined) return known;
  const types = accept.split(',').map((entry) => (entry.split(';')[0] ?? '').trim().toLowerCase());
  const chosen = types.filter((type) => answerTypes.has(type)).join(', ') || 'application/json';
  if (negotiated.size >= MAX_NEGOTIATED) negotiated.clear();
  if (accept.length <= MAX_NEGOTIATED_LENGTH) negotiated.set(accept, chosen);
  return chosen;
}

/** What a request asks for: one of its document's operations, and with which variables. */
export interface GraphqlParams {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | undefined;
}

/** What the request asks for; undefined where only Yoga can say what is wrong with it. */
export function readParams({ method, parameters, body }: GraphqlRequest): GraphqlParams | undefined {
  const given = method === 'GET' ? readParameters(parameters) : body && parseObject(body.toString());
  if (!given || !hasOnlyKnown(given)) return undefined;
  const { query, variables, operationName, extensions } = given;
  if (typeof query !== 'string' || query === '') return undefined;
  if (!isAbsent(operationName) && typeof operationName !== 'string') return undefined;
  if (!isAbsent(variables) && !isObject(variables)) return undefined;
  if (!isAbsent(extensions) && !isObject(extensions)) return undefined;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

/** As Yoga reads them: the first of each name counts, and an empty one is absent. */
function readParameters(parameters: string): Record<string, unknown> | undefined {
  const given = new URLSearchParams(parameters);
  const textOf = (name: string) => given.get(name) || undefined;
  try {
    return {
      query: textOf('query'),
      operationName: textOf('operationName'),
      variables: JSON.parse(textOf('variables') ?? 'null'),
      extensions: JSON.parse(textOf('extensions') ?? 'null'),
    };
  } catch {
    return undefined;
  }
}

const knownKeys: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

function hasOnlyKnown(given: Record<string, unknown>): boolean {
  for (const key in given) if (!knownKeys.has(key) && !isAbsent(given[key])) return false;
  return true;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
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
