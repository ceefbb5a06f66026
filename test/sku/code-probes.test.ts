/** A probe of the index of codes reads the few SKUs that it finds: SQLite sorts no range, however many SKUs share the code. */
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProbeKinds, createProbeRange } from '../../src/db/sku/code-probes.ts';
import type { RunEach } from '../../src/db/driver/sqlite-statements.ts';
import { openTestStore } from '../support/stores/stores.ts';

let opened: Awaited<ReturnType<typeof openTestStore>>;
beforeAll(async () => {
  opened = await openTestStore('sqlite');
});
afterAll(() => opened.remove());

const range = { i: 0, supplier_id: 'acme', code: 'Does not apply', kind: 'upca', as_spelled: 1 } as const;

test.each([
  ['of one kind', createProbeRange],
  ['of all kinds', createProbeKinds],
])('a probe %s searches the key, in its order', async (_which, createProbe) => {
  const plans: string[] = [];
  const explain: RunEach = (text, [values = []]) => {
    const reader = new Sqlite(opened.url.slice('sqlite:'.length), { readonly: true });
    const steps = reader.prepare(`explain query plan ${text}`).all(values) as { detail: string }[];
    reader.close();
    plans.push(...steps.map(({ detail }) => detail));
    return [];
  };
  const { store } = opened;
  await createProbe({ ...store, runEach: explain })(store.db, [range]);
  expect(plans.join('\n')).toMatch(/SEARCH sku_code USING PRIMARY KEY/);
  expect(plans.join('\n')).not.toMatch(/TEMP B-TREE/);
});
