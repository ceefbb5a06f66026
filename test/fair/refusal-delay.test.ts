/** A client that is refused for its rate is delayed, on an open connection and on new ones. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

/** A refused client waits at least this long, in milliseconds. Timers may fire a little early. */
const LEAST_MS = 49;
let gateway: Gateway;
let origin: string;

beforeAll(async () => {
  gateway = await openGateway('sqlite', undefined, { ratePerSecond: 1 });
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

/** Sends requests until two were refused. Returns how long each of the two took, in milliseconds. */
async function askOn(agent: Agent): Promise<number[]> {
  const answeredAt: number[] = [];
  let begun = 0;
  while (answeredAt.length < 2) {
    if (answeredAt.length === 0) begun = performance.now();
    if ((await ask(agent)) === 429) answeredAt.push(performance.now());
  }
  return [(answeredAt[0] ?? NaN) - begun, (answeredAt[1] ?? NaN) - (answeredAt[0] ?? NaN)];
}

/** Sends a request with a body. The gateway does not read the body of a refused request. */
function ask(agent: Agent): Promise<number | undefined> {
  const headers = { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/graphql`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject);
    asked.end('{"query":"{ __typename }"}');
  });
}

test('a connection that stays open is not read for a while after a refusal', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [, second] = await askOn(agent);
  expect(second).toBeGreaterThan(LEAST_MS);
  agent.destroy();
});

test('who ends its connection with each request is refused late', async () => {
  const agent = new Agent({ keepAlive: false });
  const [first] = await askOn(agent);
  expect(first).toBeGreaterThan(LEAST_MS);
});
