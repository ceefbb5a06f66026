/** A gateway's client: typed documents, and a function that sends them. All that the other examples share. */
import { print } from 'graphql';
import { initGraphQLTada, type TadaDocumentNode } from 'gql.tada';
import type { introspection } from './schema-types.ts';

export const url = process.env['URL'] ?? 'http://127.0.0.1:4000/graphql';
export const headers = {
  Authorization: `Bearer ${process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2'}`,
};

/** Makes a document whose variables and results are typed by the schema. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; RowValue: string | number | null };
}>();

/** The gateway was reached, and did not do what was asked: `code` says why, `status` is HTTP's. */
export class GatewayError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(message: string, code: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/**
 * Sends a query or a mutation. Refusals by the rules are in the result's `userErrors`. Throws a GatewayError for
 * everything else that the gateway says, and what `fetch` throws when there was no answer.
 */
export async function send<Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  fetchAnswer: typeof fetch = fetch,
): Promise<Data> {
  const response = await fetchAnswer(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  const [error] = errors ?? [];
  if (error) throw new GatewayError(error.message, error.extensions?.code ?? 'UNKNOWN', response.status);
  if (!data) throw new GatewayError('The answer holds no data.', 'UNKNOWN', response.status);
  return data;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
