/** Checks the promise that a token which sends as fast as it can at most doubles the p99 of another token. */
import { openStore } from '../../src/db/store/open-store.ts';
import { saveToken } from '../../src/db/tokens.ts';
import { CLIENT_TOKEN } from '../support/mutations.ts';
import type { RunningGateway } from '../support/machine/process.ts';
import { callOverAndOver, type Answered, type Call } from './client.ts';

const QUIET_CONNECTIONS = 4;
const GREEDY_CONNECTIONS = 64;
const SECONDS = 20;
/** After this time the greedy token has used up its burst allowance. */
const SPENDING_SECONDS = 10;
const GREEDY_TOKEN = 'a-greedy-token-0123456789';
const MOST_RATIO = 2;

export async function measureGreedyToken({ origin }: RunningGateway, url: string): Promise<boolean> {
  await addToken(url);
  const quiet = await callFor(origin, QUIET_CONNECTIONS, CLIENT_TOKEN, SECONDS);
  const greedy = callFor(origin, GREEDY_CONNECTIONS, GREEDY_TOKEN, SPENDING_SECONDS + SECONDS + 2);
  await new Promise((resolve) => setTimeout(resolve, SPENDING_SECONDS * 1_000));
  const beside = await callFor(origin, QUIET_CONNECTIONS, CLIENT_TOKEN, SECONDS);
  const refused = (await greedy).filter(({ status }) => status === 429).length;
  const [before, after] = [p99(quiet), p99(beside)];
  process.stdout.write(
    `  quiet p99 ${before.toFixed(1)} ms; beside a greedy token ${after.toFixed(1)} ms: ${(after / before).toFixed(2)} times (at most ${MOST_RATIO})\n` +
      `  greedy: ${(await greedy).length} answers, of which ${refused} were 429\n`,
  );
  return refused > 0 && after <= MOST_RATIO * before && beside.every(({ status }) => status === 200);
}

async function addToken(url: string): Promise<void> {
  const store = await openStore(url);
  await saveToken(
    store,
    GREEDY_TOKEN,
    { supplierId: 'acme', name: 'greedy', role: 'supplier', permissions: ['edit_items'], expiresAt: null },
    new Date(),
  );
  await store.close();
}

async function callFor(
  origin: string,
  connections: number,
  token: string,
  seconds: number,
): Promise<Answered[]> {
  const until = performance.now() + seconds * 1_000;
  const answers: Answered[] = [];
  let n = 0;
  const next = (): Call | undefined => {
    if (performance.now() > until) return undefined;
    const body = { sku_id: `sku-${(n % 1_000) + 1}`, quantity_in_stock: n++ };
    return { path: '/timp/products/skus/inventory/', token, body };
  };
  await callOverAndOver(origin, connections, next, (answer) => answers.push(answer));
  return answers;
}

function p99(answers: readonly Answered[]): number {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}
