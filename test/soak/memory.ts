/** Checks the promise that memory stays flat over requests that all differ: in their query, key, token or path. */
import { readFileSync } from 'node:fs';
import { CLIENT_TOKEN } from '../support/mutations.ts';
import type { RunningGateway } from '../support/machine/process.ts';
import { callOverAndOver, type Call } from './client.ts';

const CONNECTIONS = 32;
const LEGACY = '/timp/products/skus/inventory/';
/** The most growth after the first fifth of the run, in MB (2^20 bytes). */
const MOST_GROWTH_MB = 20;

const kinds: ((n: number) => Call)[] = [
  (n) => ({
    path: '/graphql',
    token: CLIENT_TOKEN,
    body: { query: `{ a${n}: sku(by: { skuId: "sku-${(n % 1_000) + 1}" }) { version } }` },
  }),
  (n) => ({
    path: '/graphql',
    token: CLIENT_TOKEN,
    body: {
      query: 'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }',
      variables: {
        input: {
          identifier: { skuId: `sku-${(n % 1_000) + 1}` },
          quantityInStock: n,
          idempotencyKey: `key-${n}`,
        },
      },
    },
  }),
  (n) => ({ path: LEGACY, token: `unknown-${n}`, body: { sku_id: 'sku-1', quantity_in_stock: n } }),
  (n) => ({ path: `/no/such/path/${n}`, token: CLIENT_TOKEN, body: {} }),
  (n) => ({
    path: LEGACY,
    token: CLIENT_TOKEN,
    body: { sku_id: `sku-${(n % 1_000) + 1}`, quantity_in_stock: n },
  }),
];

export async function measureMemory(gateway: RunningGateway, requests: number): Promise<boolean> {
  const sizes: number[] = [];
  const statuses = new Map<number, number>();
  let n = 0;
  let answers = 0;
  await callOverAndOver(
    gateway.origin,
    CONNECTIONS,
    () => (n < requests ? kinds[n % kinds.length]?.(n++) : undefined),
    ({ status }) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (++answers % Math.ceil(requests / 20) === 0) sizes.push(residentMb(gateway.process.pid ?? 0));
    },
  );
  const settled = Math.max(...sizes.slice(0, 4));
  const most = Math.max(...sizes.slice(4));
  const counts = Array.from(statuses, ([status, count]) => `${status}: ${count}`).join(', ');
  process.stdout.write(
    `  ${answers} requests (${counts})\n  resident MB by twentieths: ${sizes.join(' ')}\n`,
  );
  const isFlat = most - settled <= MOST_GROWTH_MB;
  process.stdout.write(
    `  ${isFlat ? 'flat' : 'it GREW'}: ${settled} MB in the first fifth, ${most} MB after\n`,
  );
  return isFlat && ![...statuses.keys()].some((status) => status >= 500);
}

function residentMb(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}
