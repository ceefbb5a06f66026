/** Checks the promise that a large import delays a single update by at most one of the import's transactions. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createCatalog } from '../../src/db/catalog.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken } from '../../src/db/tokens.ts';
import { untilListening, type RunningGateway } from '../support/machine/process.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { withDatabase } from '../support/stores/with-database.ts';
import { range } from '../support/range.ts';
import { callOverAndOver, type Answered } from './client.ts';
import type { Imported } from './importing-gateway.ts';

const GATEWAY = fileURLToPath(new URL('importing-gateway.ts', import.meta.url));
const WARM_UP_SECONDS = 2;
const QUIET_SECONDS = 5;
const CONNECTIONS = 4;
const SKUS = 1_000;
const RIVAL_TOKEN = 'a-token-of-the-rival';

/** Imports the rows for one supplier, while that supplier and another one send updates. */
export async function measureImport(databases: readonly string[], rows: number): Promise<boolean> {
  let isGood = true;
  for (const kind of databases) {
    isGood = (await withDatabase(kind, (url) => measureOn(kind, url, rows))) && isGood;
  }
  return isGood;
}

async function measureOn(kind: string, url: string, rows: number): Promise<boolean> {
  await seed(url);
  const args = ['--max-semi-space-size=8', '--v8-pool-size=1', GATEWAY, url, 'acme'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const gateway = await untilListening(child);
    await updateFor(gateway, WARM_UP_SECONDS);
    const alone = await updateFor(gateway, QUIET_SECONDS);
    let imported: Imported | undefined;
    // importing-gateway.ts sends only `Imported`.
    void once(child, 'message').then(([message]) => (imported = message as Imported));
    child.send(rows);
    const beside = await updateWhile(gateway, () => imported === undefined && child.exitCode === null);
    const isClean = (await gateway.stop()) === 0;
    return isClean && imported !== undefined && report(kind, rows, alone, beside, imported);
  } finally {
    child.kill('SIGKILL');
  }
}

async function seed(url: string): Promise<void> {
  const skus = range(SKUS).map((n) => ({ skuId: `sku-${n}` }));
  await seedDatabase(url, skus);
  const store = await openStore(url);
  const now = new Date();
  await saveSupplier(store, 'rival', now);
  const rival = { supplierId: 'rival', name: 'rival', role: 'supplier', expiresAt: null } as const;
  await saveToken(store, RIVAL_TOKEN, { ...rival, permissions: ['edit_items'] }, now);
  await createCatalog(store, () => now).save({ supplierId: 'rival', actor: 'seed' }, skus);
  await store.close();
}

function updateFor(gateway: RunningGateway, seconds: number): Promise<Answered[]> {
  const until = performance.now() + seconds * 1_000;
  return updateWhile(gateway, () => performance.now() < until);
}

async function updateWhile({ origin }: RunningGateway, goesOn: () => boolean): Promise<Answered[]> {
  const answers: Answered[] = [];
  let n = 0;
  const next = () => {
    const body = { sku_id: `sku-${(n++ % SKUS) + 1}`, quantity_in_stock: n };
    const token = n % 2 === 0 ? CLIENT_TOKEN : RIVAL_TOKEN;
    return goesOn() ? { path: '/timp/products/skus/inventory/', token, body } : undefined;
  };
  await callOverAndOver(origin, CONNECTIONS, next, (answer) => answers.push(answer));
  return answers;
}

function report(
  kind: string,
  rows: number,
  alone: readonly Answered[],
  beside: readonly Answered[],
  { seconds, created, parts }: Imported,
): boolean {
  const longestPart = Math.max(...parts.map(({ ms }) => ms));
  // The longest waits depend on the machine. So they are printed, but not checked.
  const most = quantile(alone, 0.99) + longestPart;
  const isGood =
    created === rows && quantile(beside, 0.99) <= most && beside.every(({ status }) => status === 200);
  process.stdout.write(
    `  ${kind}: ${rows} rows in ${seconds.toFixed(1)} s, ${parts.length} parts of at most ${Math.max(...parts.map((part) => part.rows))} rows, ` +
      `median ${quantile(parts, 0.5).toFixed(1)} ms, longest ${longestPart.toFixed(1)} ms\n` +
      `  updates alone:  ${describe(alone)}\n  while importing: ${describe(beside)} (p99 at most ${most.toFixed(1)} ms)\n`,
  );
  return isGood;
}

function describe(answers: readonly Answered[]): string {
  const [p50, p99] = [quantile(answers, 0.5), quantile(answers, 0.99)];
  return `${answers.length}, p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, longest ${Math.max(...answers.map(({ ms }) => ms)).toFixed(1)} ms`;
}

function quantile(timed: readonly { readonly ms: number }[], part: number): number {
  const sorted = timed.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}
