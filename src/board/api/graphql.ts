/** Sends typed GraphQL documents to the gateway, and sorts what can go wrong into three kinds. */
import type { initGraphQLTada, TadaDocumentNode } from 'gql.tada';
import type { introspection } from '../../../examples/schema-types.ts';

interface Setup {
  introspection: introspection;
  scalars: { DateTime: string; Date: string; RowValue: string | number | null };
}

/** At run time a document is its text, followed by its fragments. Its type is gql.tada's, and so is the directive. */
function join(text: string, fragments: readonly unknown[] = []): string {
  return [text.replace(' @_unmask', ''), ...fragments].join('\n');
}

/** Makes a document whose variables and results are typed by the schema. */
export const graphql = join as unknown as ReturnType<typeof initGraphQLTada<Setup>>;

/** No session, or no longer one. */
export class SignedOutError extends Error {}

/** There was no answer, or the gateway has no time now. The same request may succeed later. */
export class UnreachableError extends Error {
  /** Seconds that the gateway asks to wait; undefined if it says nothing. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** The gateway refused the request, and would again. The message says why. */
export class RefusedError extends Error {}

/** The gateway has stopped a query that read for too long. Unless the gateway was busy, the same query would take as long again. */
export class TooLongError extends RefusedError {}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** Without 500: what fails inside the gateway would fail again. */
export const TRANSIENT = new Set([408, 425, 429, 502, 503, 504]);

let actsFor: string | undefined;

/** From now on each request that may change something names this supplier. The gateway refuses it once somebody else is signed in. */
export function actFor(supplier: string): void {
  actsFor = supplier;
}

/** For `send`: nobody has asked for it. The gateway does not take it for a use of the session, which ends when nobody uses the page. */
export const byItself = { 'x-board-by-itself': 'true' };

/** Throws one of the three errors above, or an AbortError. Refusals by the rules are in the result's `userErrors`. */
export async function send<Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Data> {
  const response = await request('/board/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document, variables }),
    ...(signal && { signal }),
  });
  const { data, errors } = await readJson<Answer<Data>>(response);
  const [error] = errors ?? [];
  if (error || !data) throw new RefusedError(error?.message ?? 'The gateway answered without data.');
  return data;
}

/** The request, with the supplier that it is for. */
export function asBoard(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  if (init.method === 'POST' && actsFor !== undefined)
    headers.set('x-board-supplier', encodeURIComponent(actsFor));
  return { ...init, headers };
}

/** As `fetch`, but throws unless the answer can be read. An answer of 4xx or 500 that explains a refusal is returned. */
export async function request(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, asBoard(init)).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new UnreachableError('The gateway cannot be reached.');
  });
  if (response.status === 401) throw new SignedOutError('Sign in again.');
  if (!TRANSIENT.has(response.status)) return response;
  const said = await response.text().catch(() => '');
  if (said.includes('QUERY_TIMEOUT'))
    throw new TooLongError('That takes the gateway too long. Search for more letters, or set a filter.');
  const after = Number(response.headers.get('retry-after') ?? NaN);
  throw new UnreachableError('The gateway cannot answer now.', Number.isFinite(after) ? after : undefined);
}

export async function readJson<Body>(response: Response): Promise<Body> {
  try {
    return (await response.json()) as Body;
  } catch {
    // A proxy's page, for example.
    if (!response.ok) throw new RefusedError(`The gateway answered ${response.status}.`);
    throw new UnreachableError('The answer of the gateway broke off.');
  }
}

/** As `readJson`, but an answer with a message is thrown as a refusal. */
export async function readAnswer<Body extends object>(response: Response): Promise<Body> {
  const body = await readJson<Body | { readonly message: string }>(response);
  if ('message' in body) throw new RefusedError(body.message);
  return body;
}
