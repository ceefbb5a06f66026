/** Live streams of the board: they count with those of the session's token, and an open one keeps no session alive. */
import { expect, test } from 'vitest';
import { follow } from '../support/event-stream.ts';
import { tokens } from '../support/gateway.ts';
import { openBoardForTest, whoAmI, type BoardGateway } from './board-gateway.ts';

async function open(board: BoardGateway) {
  const origin = await board.listen();
  const cookie = await board.cookieOf(tokens.full);
  const publicly = () => follow(origin);
  const byBoard = (headers: Record<string, string> = {}) =>
    follow(origin, { path: '/board/graphql', token: null, method: 'GET', headers: { cookie, ...headers } });
  return { cookie, publicly, byBoard };
}

test('a token’s streams are counted at both doors together', async () => {
  const server = { liveLimits: { perToken: 2, perSupplier: 10 } };
  const { publicly, byBoard } = await open(await openBoardForTest('sqlite', { server }));
  const streams = [await publicly(), await byBoard(), await publicly(), await byBoard()];
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
  for (const stream of streams) stream.drop();
});

test('a page of another origin opens none', async () => {
  const { byBoard } = await open(await openBoardForTest('sqlite'));
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
    const stream = await byBoard(headers);
    expect(stream.status).toBe(403);
    stream.drop();
  }
});

test('a stream ends when its session does after 12 hours without a request, and others go on', async () => {
  let now = Date.parse('2026-11-29T08:00:00.000Z');
  const board = await openBoardForTest('sqlite', { clock: () => new Date(now) });
  const { cookie, publicly, byBoard } = await open(board);
  const others = await publicly();
  const stream = await byBoard();
  now += 11.9 * 3_600_000;
  // The session is checked every two seconds, and its row kept for two. No check is a use.
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  const used = await board.cookieOf(tokens.full);
  now += 0.2 * 3_600_000;
  await stream.rest();
  expect((await board.ask(whoAmI, cookie)).statusCode).toBe(401);
  expect((await board.ask(whoAmI, used)).statusCode).toBe(200);
  await board.graphql(
    'mutation { updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: 5 }) { outcome } }',
  );
  expect(await others.next()).toMatchObject({ change: { skuId: 'EACH' } });
  others.drop();
});
