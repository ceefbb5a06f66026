/** Updates at a steady rate, whatever the gateway does: an answer that comes late counts from when its request was due. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { skuIdOf, TOKEN } from './fill.ts';

const MUTATION = `mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }`;
const CONNECTIONS = 64;
/** Each update sets another quantity, greater than those of the filled log, so that none leaves its SKU as it was. */
let quantity = 1_000_000;

export interface Latencies {
  readonly answers: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Load {
  /** Stops. Resolves once all answers are there. */
  stop(): Promise<Latencies>;
}

/** Sends updates of SKUs with numbers from `firstSku` up to `skus`. */
export function startLoad(origin: string, perSecond: number, firstSku: number, skus: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const took: number[] = [];
  let errors = 0;
  let isStopped = false;
  const open = new Set<Promise<void>>();
  const note = async (due: number, update: Promise<boolean>) => {
    if (!(await update)) errors++;
    took.push(performance.now() - due);
  };
  const run = async () => {
    const begun = performance.now();
    for (let sent = 0; !isStopped; sent++) {
      const due = begun + (sent * 1_000) / perSecond;
      await pause(Math.max(0, due - performance.now()));
      const skuId = skuIdOf(firstSku + ((sent * 7_919) % (skus - firstSku)));
      const update = note(due, send(origin, agent, skuId, quantity++));
      open.add(update);
      void update.finally(() => open.delete(update));
    }
  };
  const running = run();
  return {
    async stop() {
      isStopped = true;
      await running;
      await Promise.all(open);
      agent.destroy();
      const sorted = took.toSorted((a, b) => a - b);
      const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
      return { answers: took.length, errors, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(0.999_999) };
    },
  };
}

async function send(origin: string, agent: Agent, skuId: string, quantityInStock: number): Promise<boolean> {
  const variables = { input: { identifier: { skuId }, quantityInStock } };
  const body = JSON.stringify({ query: MUTATION, variables });
  try {
    return (await post(origin, agent, body)).includes('APPLIED');
  } catch {
    return false;
  }
}

function post(origin: string, agent: Agent, body: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const headers = { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' };
  const sent = request(`${origin}/graphql`, { method: 'POST', agent, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => (text += part));
    response.on('end', () => answer.resolve(text));
    response.on('error', answer.reject);
  });
  sent.on('error', answer.reject);
  sent.end(body);
  return answer.promise;
}
