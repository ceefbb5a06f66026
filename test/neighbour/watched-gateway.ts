/** Starts the real program with watch.ts, on a store with two suppliers: an attacker with a large catalog, and a quiet one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { createCatalog, refreshStatistics } from '../../src/db/catalog.ts';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken } from '../../src/db/tokens.ts';
import { MAIN } from '../support/machine/built-program.ts';
import { untilListening, type RunningGateway } from '../support/machine/process.ts';
import type { Watched } from './watch.ts';

const WATCH = fileURLToPath(new URL('watch.ts', import.meta.url));
/** Rows that are saved in one transaction. */
const CHUNK = 5_000;

export interface WatchedGateway extends RunningGateway {
  /** Resolves with what watch.ts has seen. The longest turns and the largest memory count from the last call. */
  watched(): Promise<Watched>;
}

export async function startWatched(database: string, ...flags: string[]): Promise<WatchedGateway> {
  const args = [
    '--max-semi-space-size=16',
    '--v8-pool-size=2',
    '--import',
    WATCH,
    MAIN,
    'serve',
    '--port',
    '0',
  ];
  const child = spawn(process.execPath, [...args, '--database', database, '--log-level', 'fatal', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const gateway = await untilListening(child);
  return {
    ...gateway,
    watched: async () => {
      const answered = once(child, 'message');
      child.send('look');
      const [watched] = await answered;
      return watched as Watched; // watch.ts sends only `Watched`.
    },
  };
}

/** The attacker has several tokens, because some limits count by token. */
export const greedyTokens = Array.from({ length: 12 }, (_, n) => `greedy-token-${n}`);
export const QUIET_TOKEN = 'a-quiet-token';
export const QUIET_SKUS = 200;
/** The code that a tenth of the attacker's SKUs share. */
export const SHARED_CODE = 'Does not apply';

/** Fills a database that no program has open. The attacker gets `size` SKUs. */
export async function seedNeighbours(url: string, size: number): Promise<void> {
  const store = await openStore(url);
  await saveSupplier(store, 'greedy', new Date());
  await saveSupplier(store, 'quiet', new Date());
  for (const [n, token] of greedyTokens.entries()) await addToken(store, 'greedy', `greedy ${n}`, token);
  await addToken(store, 'quiet', 'quiet', QUIET_TOKEN);
  const catalog = createCatalog(store, () => new Date());
  for (let start = 0; start < size; start += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, size - start) }, (_, i) => greedySku(start + i));
    await catalog.save({ supplierId: 'greedy', actor: 'import' }, rows);
  }
  const quiet = Array.from({ length: QUIET_SKUS }, (_, n) => ({ skuId: `quiet-${n}` }));
  await catalog.save({ supplierId: 'quiet', actor: 'import' }, quiet);
  await refreshStatistics(store);
  await store.close();
}

function greedySku(n: number): CatalogRow {
  return {
    skuId: `sku-${n}`,
    title: `${'a'.repeat(200)} ${n}`,
    upca: n % 10 === 0 ? SHARED_CODE : null,
    quantityInStock: n % 100,
  };
}

async function addToken(store: Store, supplierId: string, name: string, token: string): Promise<void> {
  const details = { supplierId, name, role: 'supplier', expiresAt: null } as const;
  await saveToken(store, token, { ...details, permissions: ['edit_items', 'view_items'] }, new Date());
}

export type { StoreKind };
