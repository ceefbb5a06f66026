/** GraphQL over the transport. */
import { failureOf, type Answer } from './failure.ts';
import type { CallOptions, Outgoing, Transport } from './transport.ts';

export function graphqlRequest(query: string, variables: object = {}, idempotencyKey?: string): Outgoing {
  return {
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
    idempotencyKey,
  };
}

/** Throws a Failure if there are errors. */
export function readData(answer: Answer, response: Response): unknown {
  if (answer.errors || !answer.data) throw failureOf(answer, response);
  return answer.data;
}

/** Sends a query. */
export type Ask = <Data>(query: string, variables: object, options: CallOptions) => Promise<Data>;
/** Sends a mutation under its key, which is made unless the input has one. */
export type Mutate = <Data>(mutation: string, input: Keyed, options: CallOptions) => Promise<Data>;

interface Keyed {
  readonly idempotencyKey?: string | null | undefined;
}

export function createGraphql(transport: Transport) {
  const ask: Ask = async <Data>(query: string, variables: object, options: CallOptions) =>
    (await transport.send(graphqlRequest(query, variables), options, readData)) as Data;
  const mutate: Mutate = async <Data>(mutation: string, input: Keyed, options: CallOptions) => {
    const idempotencyKey = input.idempotencyKey ?? newKey();
    const request = graphqlRequest(mutation, { input: { ...input, idempotencyKey } }, idempotencyKey);
    return (await transport.send(request, options, readData)) as Data;
  };
  return { ask, mutate };
}

/** Random bytes, because pages without TLS have no `crypto.randomUUID`. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
