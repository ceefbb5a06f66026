/** A request at the board's doors may name the supplier that its page was opened for. A session of another supplier then does nothing for it. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renameSupplier } from '../../src/db/suppliers.ts';
import { eventually } from '../support/eventually.ts';
import { tokens } from '../support/gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { openBoard, whoAmI, type BoardGateway } from './board-gateway.ts';

const NAME = 'x-board-supplier';
const update = `mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 77 }) { outcome } }`;
const stored = '{ sku(by: { skuId: "shared" }) { version } }';
const csv = 'sku_id,quantity_in_stock\nshared,78\n';

const spool = makeFolder();
let board: BoardGateway;
beforeAll(async () => {
  const feedSpool = { folder: join(spool.path, 'spool'), isRequired: true };
  board = await openBoard('sqlite', { more: { feedSpool } });
});
afterAll(async () => {
  await board.close();
  spool.remove();
});

const handIn = (cookie: string, name: string) =>
  board.send(
    {
      method: 'POST',
      url: '/board/feeds/inventory',
      headers: { 'content-type': 'text/csv', prefer: 'wait=30', [NAME]: name },
      payload: csv,
    },
    cookie,
  );

test.each(['rival', 'ACME', 'acme ', '', '%61cme', '%', 'acme, acme', 'acme%00'])(
  'the name %j is refused in a session of acme, and nothing is changed',
  async (name) => {
    const cookie = await board.cookieOf(tokens.full);
    const before = (await board.ask(stored, cookie)).json();
    const answer = await board.ask(update, cookie, { [NAME]: name });
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      {
        errors: [
          {
            message:
              'Somebody else is signed in: the session is of another supplier than this page. Reload the page.',
            extensions: { code: 'UNAUTHENTICATED' },
          },
        ],
      },
    ]);
    const handed = await handIn(cookie, name);
    expect([handed.statusCode, handed.body]).toEqual([401, expect.stringContaining('Somebody else')]);
    expect((await board.ask(stored, cookie)).json()).toEqual(before);
  },
);

test('the right name changes nothing, and a name is compared percent-encoded', async () => {
  const cookie = await board.cookieOf(tokens.full);
  expect((await board.ask(whoAmI, cookie, { [NAME]: 'acme' })).statusCode).toBe(200);
  expect((await handIn(cookie, 'acme')).json()).toMatchObject({ report: { applied: 1 } });
  const name = 'Bücher, Ä & Söhne';
  await renameSupplier(board.store, 'acme', name);
  await eventually(async () => {
    const answer = await board.ask(whoAmI, cookie, { [NAME]: encodeURIComponent(name) });
    expect(answer.json()).toMatchObject({ data: { viewer: { supplier: name } } });
  });
  expect((await board.send({ url: '/board/session' }, cookie)).json()).toEqual({
    signedIn: true,
    supplier: name,
  });
  expect((await board.ask(whoAmI, cookie, { [NAME]: 'acme' })).statusCode).toBe(401);
});
