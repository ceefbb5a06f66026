/** A probe of the index of codes reads the few SKUs that it finds: SQLite sorts no range, however many SKUs share the code. */
import type { Kysely } from 'kysely';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProbeKinds, createProbeRange } from '../../src/db/sku/code-probes.ts';
import type { Tables } from '../../src/db/store/tables.ts';
import { openTestStore } from '../support/stores/stores.ts';

let opened: Awaited<ReturnType<typeof openTestStore>>;
beforeAll(async () => {
  opened = await openTestStore('sqlite');
});
afterAll(() => opened.remove());

const range = { i: 0, supplier_id: 'acme', code: 'Does not apply', kind: 'upca', as_spelled: 1 } as const;

test.each([
  ['of one kind', (db: Kysely<Tables>) => createProbeRange(opened.store)(db, [range])],
  ['of all kinds', (db: Kysely<Tables>) => createProbeKinds(opened.store)(db, [range])],
])('a probe %s searches the key, in its order', async (_which, probe) => {
  const plans: string[] = [];
  const explaining = {
    executeQuery: ({ sql, parameters }: { sql: string; parameters: readonly unknown[][][] }) => {
      const database = new Sqlite(opened.url.slice('sqlite:'.length), { readonly: true });
      const [[values] = []] = parameters;
      const steps = database.prepare(`explain query plan ${sql}`).all(values) as { detail: string }[];
      database.close();
      plans.push(...steps.map(({ detail }) => detail));
      return Promise.resolve({ rows: [] });
    },
  };
  // Of a database a set statement uses this alone.
  await probe(explaining as unknown as Kysely<Tables>);
  expect(plans.join('\n')).toMatch(/SEARCH sku_code USING PRIMARY KEY/);
  expect(plans.join('\n')).not.toMatch(/TEMP B-TREE/);
});
