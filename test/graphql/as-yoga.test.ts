/** GraphQL requests are answered byte for byte as a plain Yoga answers them, though most never reach the product's own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/domain/inventory.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { createAuthenticate } from '../../src/db/authenticate.ts';
import { describeFault } from '../../src/http/edge/edge-error.ts';
import { negotiateAccept } from '../../src/http/graphql/graphql-request.ts';
import { createContext } from '../../src/schema/builder/context.ts';
import { createRandom } from '../fuzz/random.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { exchanges, toHttp, type Exchange } from '../support/graphql/exchanges.ts';
import { randomOperation, randomVariables } from '../support/graphql/random-operations.ts';
import { createPlainYoga } from '../support/graphql/plain-yoga.ts';
import { writtenOperations } from '../support/graphql/written-operations.ts';

const REQUEST_ID = 'the-same';
const clock = () => new Date('2026-11-01T09:30:00.000Z');
const countIds = () => {
  let ids = 0;
  return () => `id-${ids++}`;
};

let ours: Gateway;
/** Its store is Yoga's; its server is not asked. */
let yogas: Gateway;
const plain = createPlainYoga();
const yogasIds = countIds();

beforeAll(async () => {
  [ours, yogas] = await Promise.all([
    openGateway('sqlite', clock, { createId: countIds() }),
    openGateway('sqlite', clock),
  ]);
});
afterAll(() => Promise.all([ours.close(), yogas.close()]));

/** What the two ways have in common to say. */
interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}
const compared = ['content-type', 'retry-after', 'allow', 'cache-control'];

const common = {
  authorization: `Bearer ${tokens.full}`,
  'content-type': 'application/json',
  'x-request-id': REQUEST_ID,
};

async function askOurs(exchange: Exchange, { server } = ours): Promise<Answer> {
  const { method, path, headers, body } = toHttp(exchange);
  const response = await server.inject({
    method,
    url: path,
    headers: { ...common, ...headers },
    ...(body !== '' && { payload: body }),
  });
  return {
    status: response.statusCode,
    headers: pick((name) => response.headers[name]),
    body: response.payload,
  };
}

async function askYoga(exchange: Exchange, inventory: Inventory = yogas.inventory): Promise<Answer> {
  const { method, path, headers: more, body } = toHttp(exchange);
  const headers: Record<string, string> = { ...common, ...more };
  const caller = await createAuthenticate(
    yogas.store,
    clock,
  )((headers['authorization'] ?? '').replace('Bearer ', ''));
  if (!caller) throw new Error('Nobody has this token.');
  const request = new plain.fetchAPI.Request(`http://localhost${path}`, {
    method,
    headers: { 'content-type': 'application/json', accept: negotiateAccept(headers['accept']) },
    ...(body !== '' && { body }),
  });
  const response = await plain.fetch(request, {
    ...createContext(caller, 'GRAPHQL', { inventory, createId: yogasIds }),
    reportFault: (error) => describeFault(error, REQUEST_ID),
    noteCode: () => undefined,
  });
  const answered = pick((name) => response.headers.get(name) ?? undefined);
  return { status: response.status, headers: answered, body: await response.text() };
}

function pick(read: (name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(compared.map((name) => [name, read(name)]));
}

/** An operation is compiled when it is sent again, and once more shows that it can be used twice. */
const TIMES = 3;

describe.each(Array.from({ length: TIMES }, (_, i) => i + 1))('sent for the %sth time', () => {
  test.each(Object.entries(exchanges))('%s: the same bytes as Yoga', async (_name, exchange) => {
    const expected = await askYoga(exchange);
    expect(await askOurs(exchange)).toEqual(expected);
  });
});

test.each(Array.from({ length: 120 }, (_, i) => i))(
  'random operation %s, with several variables: the same bytes as Yoga',
  async (index) => {
    const random = createRandom(14, index);
    const { query, variables } = randomOperation(random);
    for (let time = 0; time < 2 * TIMES; time++) {
      const exchange = { query, variables: variables(random) };
      const expected = { exchange, answer: await askYoga(exchange) };
      expect({ exchange, answer: await askOurs(exchange) }).toEqual(expected);
    }
  },
);

test.each(writtenOperations())(
  '$name, with several variables: the same bytes as Yoga',
  async ({ name, query, operation }) => {
    const random = createRandom(15, name.length);
    for (let time = 0; time < 2 * TIMES; time++) {
      const exchange = { query, variables: randomVariables(operation, random) };
      const expected = { exchange, answer: await askYoga(exchange) };
      expect({ exchange, answer: await askOurs(exchange) }).toEqual(expected);
    }
  },
);

test('the changes that were stored are the same', async () => {
  const [stored, expected] = await Promise.all(
    [ours, yogas].map(({ store }) => store.db.selectFrom('inventory_change').selectAll().execute()),
  );
  expect(stored).toEqual(expected);
  expect(expected?.length).toBeGreaterThan(5);
});

test.each([
  ['of ours', new Error('secret')],
  ['of the store', new UnavailableError('STORE_UNAVAILABLE', new Error('secret'))],
])('a fault %s is masked the same', async (_whose, fault) => {
  const fail = () => Promise.reject(fault);
  const failing = { ...ours.inventory, find: fail, update: fail };
  const gateway = await openGateway('sqlite', clock, { inventory: failing });
  for (const name of ['a SKU', 'an update', 'Accept: the GraphQL type', 'two mutations, in order']) {
    const exchange = exchanges[name] ?? {};
    for (let time = 0; time < TIMES; time++) {
      const answer = await askOurs(exchange, gateway);
      expect(answer).toEqual(await askYoga(exchange, failing));
      expect(answer.body).not.toContain('secret');
      expect(answer.body).toContain('extensions');
    }
  }
  await gateway.close();
});
