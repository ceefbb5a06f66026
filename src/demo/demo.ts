/** The demo: a supplier with the documented SKUs and token, and GraphiQL with something to try. */
import { createReadStream } from 'node:fs';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Store } from '../db/store/store.ts';
import { saveSupplier } from '../db/suppliers.ts';
import { permissions, type Caller } from '../domain/caller.ts';
import type { Catalog } from '../domain/catalog.ts';
import { demoTabs } from './demo-tabs.ts';
import { importCatalog } from '../feed/catalog/import-catalog.ts';

/** The token of the documented examples. All the world knows it: it is stored nowhere, and good in the demo alone. */
export const DEMO_TOKEN = '1083e3ec5c40b36fd663ba925bc8d864061463e2';
const caller: Caller = {
  supplierId: 'demo',
  supplierName: 'demo',
  role: 'supplier',
  permissions,
  actor: 'demo',
  expiresAt: null,
};
const CATALOG = new URL('demo-skus.csv', import.meta.url);

/** Makes the demo supplier and its catalog, unless they are there: a second start keeps what was changed. */
export async function seedDemo(store: Store, catalog: Catalog, clock: () => Date): Promise<void> {
  await saveSupplier(store, caller.supplierId, clock());
  const seeded = await store.db
    .selectFrom('sku')
    .select('sku_id')
    .where('supplier_id', '=', caller.supplierId)
    .limit(1)
    .executeTakeFirst();
  if (!seeded) await importCatalog(catalog, caller.supplierId, createReadStream(CATALOG));
}

/** The demo token, which is good beside those that are stored. */
export const demoTokens: ReadonlyMap<string, Caller> = new Map([[DEMO_TOKEN, caller]]);

/** GraphiQL with the demo token in its headers, and a tab for each thing to try first. */
export const demoGraphiql: GraphiQLOptions = {
  headers: JSON.stringify({ Authorization: `Token ${DEMO_TOKEN}` }, null, 2),
  defaultTabs: demoTabs.map((query) => ({ query })),
};
