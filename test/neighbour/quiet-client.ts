/** The quiet supplier, which must not notice the attack: single updates and look-ups on a few connections. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { QUIET_SKUS, QUIET_TOKEN } from './watched-gateway.ts';

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** One description for each failed request. */
  readonly failures: readonly string[];
}

const CONNECTIONS = 4;
/** The pause between requests, because a quiet supplier does not keep a processor busy. */
const PAUSE_MS = 5;

/** Sends requests until `done` settles, and at least `atLeast` of them. */
export async function askQuietly(
  origin: string,
  done: Promise<unknown>,
  atLeast: number,
): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  const failures: string[] = [];
  let isDone = false;
  let n = 0;
  void done.finally(() => (isDone = true));
  const ask = async () => {
    while (!isDone || times.length < atLeast) {
      const started = performance.now();
      const failure = await send(agent, origin, n++);
      times.push(performance.now() - started);
      if (failure !== null) failures.push(failure);
      await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  agent.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (part: number) => sorted[Math.floor(sorted.length * part)] ?? NaN;
  return {
    count: sorted.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    slowest: sorted.at(-1) ?? NaN,
    failures,
  };
}

const UPDATE =
  'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }';
const LOOK = 'query ($id: String!) { sku(by: { skuId: $id }) { quantityInStock version } }';

function bodyOf(n: number): { path: string; body: object } {
  const skuId = `quiet-${n % QUIET_SKUS}`;
  if (n % 3 === 0) {
    return {
      path: '/timp/products/skus/inventory/',
      body: { sku_id: skuId, quantity_in_stock: n },
    };
  }
  const isUpdate = n % 3 === 1;
  const input = { identifier: { skuId }, quantityInStock: n };
  return {
    path: '/graphql',
    body: isUpdate ? { query: UPDATE, variables: { input } } : { query: LOOK, variables: { id: skuId } },
  };
}

/** Resolves with null if the request succeeded, otherwise with what went wrong. */
function send(agent: Agent, origin: string, n: number): Promise<string | null> {
  const { path, body } = bodyOf(n);
  const text = JSON.stringify(body);
  return new Promise((resolve) => {
    const headers = {
      authorization: `Token ${QUIET_TOKEN}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const sent = request(`${origin}${path}`, { agent, method: 'POST', headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.on('end', () => {
        const isGood = response.statusCode === 200 && !answer.includes('"errors"');
        resolve(isGood ? null : `${response.statusCode} ${answer.slice(0, 200)}`);
      });
    });
    sent.on('error', (error) => resolve(error.message));
    sent.end(text);
  });
}
