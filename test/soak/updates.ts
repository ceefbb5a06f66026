/** Single updates of two suppliers, sent over and over, and how long their answers took. */
import { createCatalog } from '../../src/db/catalog.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken } from '../../src/db/tokens.ts';
import type { RunningGateway } from '../support/machine/process.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { range } from '../support/range.ts';
import { callOverAndOver, type Answered } from './client.ts';

const CONNECTIONS = 4;
const RIVAL_TOKEN = 'a-token-of-the-rival';
/** SKUs that are saved in one transaction. */
const PART = 5_000;

/** A store with this many SKUs of two suppliers, who each have a token. */
export async function seedTwo(url: string, count: number): Promise<void> {
  const skus = range(count).map((n) => ({ skuId: `sku-${n}` }));
  await seedDatabase(url, skus);
  const store = await openStore(url);
  const now = new Date();
  await saveSupplier(store, 'rival', now);
  const rival = { supplierId: 'rival', name: 'rival', role: 'supplier', expiresAt: null } as const;
  await saveToken(store, RIVAL_TOKEN, { ...rival, permissions: ['edit_items'] }, now);
  for (let at = 0; at < count; at += PART)
    await createCatalog(store, () => now).save(
      { supplierId: 'rival', actor: 'seed' },
      skus.slice(at, at + PART),
    );
  await store.close();
}

/** The answers to updates that both suppliers send for so long. */
export function updateFor(gateway: RunningGateway, skus: number, seconds: number): Promise<Answered[]> {
  const until = performance.now() + seconds * 1_000;
  return updateWhile(gateway, skus, () => performance.now() < until);
}

/** As `updateFor`, for as long as `goesOn` says so. */
export async function updateWhile(
  { origin }: RunningGateway,
  skus: number,
  goesOn: () => boolean,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  let n = 0;
  const next = () => {
    const body = { sku_id: `sku-${(n++ % skus) + 1}`, quantity_in_stock: n };
    const token = n % 2 === 0 ? CLIENT_TOKEN : RIVAL_TOKEN;
    return goesOn() ? { path: '/timp/products/skus/inventory/', token, body } : undefined;
  };
  await callOverAndOver(origin, CONNECTIONS, next, (answer) => answers.push(answer));
  return answers;
}

/** Counts and times, in milliseconds. */
export function describe(answers: readonly Answered[]): string {
  const [p50, p99] = [quantile(answers, 0.5), quantile(answers, 0.99)];
  return `${answers.length}, p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, longest ${quantile(answers, 1).toFixed(1)} ms`;
}

export function quantile(timed: readonly { readonly ms: number }[], part: number): number {
  const sorted = timed.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
