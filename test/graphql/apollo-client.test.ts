/** What Apollo Client can be set to send and the gateway does not support: it falls back, or is told what to do instead. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) };
const hashed = { operationName: 'Name', variables: {}, extensions: { persistedQuery } };
const notSupported = {
  errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
};
/** As its HttpLink accepts answers, with `@defer`. */
const accept = 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9';

async function post(body: unknown, headers: Record<string, string> = { accept }) {
  const response = await gateway.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${tokens.full}`, 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

test.each([[{ accept }], [{ accept: 'application/json' }], [{}]])(
  'a persisted query by its hash alone is not supported, as Apollo Server says it: %j',
  async (headers) => {
    const { status, body, headers: answered } = await post(hashed, headers);
    expect({ status, body }).toEqual({ status: 200, body: notSupported });
    expect(answered['cache-control']).toBe('private, no-cache, must-revalidate');
  },
);

test('the same by GET, and with variables that fill a large body', async () => {
  const parameters = new URLSearchParams({ extensions: JSON.stringify({ persistedQuery }) });
  const response = await gateway.server.inject({
    url: `/graphql?${parameters.toString()}`,
    headers: { authorization: `Bearer ${tokens.full}`, accept },
  });
  expect({ status: response.statusCode, body: response.json() }).toEqual({ status: 200, body: notSupported });
  const { status, body } = await post({ ...hashed, variables: { text: 'x'.repeat(60_000) } });
  expect({ status, body }).toEqual({ status: 200, body: notSupported });
});

test('the whole query that the client sends next is answered, also if it still has the hash', async () => {
  const query = 'query Name { __typename }';
  for (const body of [
    { ...hashed, query },
    { query, operationName: 'Name', variables: {}, extensions: {} },
  ])
    expect((await post(body)).body).toEqual({ data: { __typename: 'Query' } });
});

test('a request with neither query nor hash is told what it lacks', async () => {
  expect((await post({ variables: {} })).body.errors[0].message).toBe('Must provide query string.');
});

test.each([[[]], [[{ query: '{ __typename }' }]], [Array.from({ length: 9_000 }, () => hashed)]])(
  'a batch is refused with what to do: %#',
  async (batch) => {
    const { status, body } = await post(batch);
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message: 'Batches are not supported. Send each operation as a request of its own.',
            extensions: { code: 'BAD_REQUEST' },
          },
        ],
      },
    });
  },
);

test.each([
  ['@defer', 'query { ... @defer { __typename } }'],
  ['@defer', 'query { ...part @defer(label: "part") } fragment part on Query { __typename }'],
  ['@stream', 'query { skus(first: 1) { nodes @stream(initialCount: 0) { id } } }'],
])('%s is refused with what to do: %s', async (directive, query) => {
  const { body } = await post({ query });
  expect(body.errors.map(({ message }: { message: string }) => message)).toContain(
    `${directive} is not supported: every answer comes whole. Leave ${directive} out, or ask for less in one request.`,
  );
  expect(body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('another directive that does not exist is refused in the usual words', async () => {
  expect((await post({ query: '{ __typename @deferred }' })).body.errors[0].message).toMatch(
    /^Unknown directive "@deferred"/,
  );
});
