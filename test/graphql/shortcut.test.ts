/** The short way of the GraphQL door answers byte for byte what Yoga's own way answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchanges, type Exchange } from '../support/graphql-exchanges.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

let short: Gateway;
let long: Gateway;

beforeAll(async () => {
  const open = (shortcut: boolean) => {
    let ids = 0;
    return openGateway('sqlite', () => new Date('2026-11-01T09:30:00.000Z'), {
      shortcut,
      createId: () => `id-${ids++}`,
    });
  };
  [short, long] = await Promise.all([open(true), open(false)]);
});
afterAll(() => Promise.all([short.close(), long.close()]));

async function send({ server }: Gateway, { raw, headers, ...body }: Exchange) {
  const {
    statusCode,
    payload,
    headers: answered,
  } = await server.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      authorization: `Bearer ${tokens.full}`,
      'content-type': 'application/json',
      'x-request-id': 'the-same',
      ...headers,
    },
    payload: raw ?? JSON.stringify(body),
  });
  const { date: _, 'server-timing': __, ...compared } = answered;
  return { statusCode, payload, headers: compared };
}

test.each(Object.entries(exchanges))('%s: the same bytes both ways', async (_name, exchange) => {
  const yogas = await send(long, exchange);
  expect(await send(short, exchange)).toEqual(yogas);
});

test('the changes that were stored are the same', async () => {
  const [ours, yogas] = await Promise.all(
    [short, long].map(({ store }) => store.db.selectFrom('inventory_change').selectAll().execute()),
  );
  expect(ours).toEqual(yogas);
  expect(ours?.length).toBeGreaterThan(5);
});

test('a fault on our side is masked the same', async () => {
  const fail = () => Promise.reject(new Error('secret'));
  const open = (shortcut: boolean) => {
    const inventory = { ...short.inventory, find: fail, update: fail };
    return openGateway('sqlite', () => new Date(), { shortcut, inventory });
  };
  const [ours, yogas] = await Promise.all([open(true), open(false)]);
  for (const name of ['a SKU', 'an update']) {
    const exchange = exchanges[name] ?? {};
    const answer = await send(ours, exchange);
    expect(answer).toEqual(await send(yogas, exchange));
    expect(answer.payload).toContain('the-same');
    expect(answer.payload).not.toContain('secret');
  }
  await Promise.all([ours.close(), yogas.close()]);
});
