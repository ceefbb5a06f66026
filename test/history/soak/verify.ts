/** What readers get of a pruned log over HTTP. */
import { SUPPLIER, skuIdOf, TOKEN } from './fill.ts';
import type { Store } from '../../../src/db/store/store.ts';

const cursorOf = (position: number) => Buffer.from(JSON.stringify([position])).toString('base64url');

interface Page {
  readonly nodes: readonly { readonly id: string; readonly version: number }[];
}

/** The faults in words. There are none where all is well. */
export async function findFaults(origin: string, store: Store, skus: number): Promise<string[]> {
  const faults: string[] = [];
  const { pruned_position: horizon } = await store.db
    .selectFrom('supplier')
    .select('pruned_position')
    .where('supplier_id', '=', SUPPLIER)
    .executeTakeFirstOrThrow();
  const feed = (after: string) => `{ inventoryChanges(first: 5${after}) { nodes { id version } } }`;
  const expect = (what: string, is: unknown, wanted: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      faults.push(`${what}: ${JSON.stringify(is)} in place of ${JSON.stringify(wanted)}`);
  };
  const first = Array.from({ length: 5 }, (_, i) => String(horizon + 1 + i));
  const ids = ({ data }: Answer<{ inventoryChanges: Page }>) =>
    data?.inventoryChanges.nodes.map(({ id }) => id);
  expect('the first page', ids(await ask(origin, feed(''))), first);
  expect('behind the horizon', ids(await ask(origin, feed(`, after: "${cursorOf(horizon)}"`))), first);
  const missed = await ask<{ inventoryChanges: Page }>(origin, feed(`, after: "${cursorOf(horizon - 1)}"`));
  expect('before the horizon', missed.errors?.[0]?.extensions.code, 'CURSOR_EXPIRED');
  for (const number of [0, Math.floor(skus / 2), skus - 1]) {
    const history = `{ sku(by: { skuId: "${skuIdOf(number)}" }) { version inventoryChanges(first: 100) { nodes { id version } } } }`;
    const { data } = await ask<{ sku: { version: number; inventoryChanges: Page } }>(origin, history);
    const { version = 0, inventoryChanges } = data?.sku ?? {};
    const versions = inventoryChanges?.nodes.map((change) => change.version) ?? [];
    expect(
      `the history of SKU ${number}`,
      versions,
      versions.map((_, i) => version - i),
    );
    if (versions.length === 0) faults.push(`SKU ${number} has no newest change`);
  }
  return faults;
}

interface Answer<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

async function ask<Data>(origin: string, query: string): Promise<Answer<Data>> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer<Data>;
}
