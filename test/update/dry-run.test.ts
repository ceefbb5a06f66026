/** A dry run waits for no writer, and no writer for it. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import { openGateway } from '../support/gateway.ts';
import { requestOf, setSku, type Origin } from '../support/requests.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const acme: Origin = { supplierId: 'acme', actor: 'test', source: 'GRAPHQL' };
const setEach = (quantityInStock: number) => requestOf(acme, [setSku('EACH', { quantityInStock })]);

describeOnEachStore('a dry run', (kind) => {
  test('is answered while another process holds what an update needs, from what is stored', async () => {
    const gateway = await openGateway(kind);
    try {
      const { inventory, store } = gateway;
      const stored = await inventory.update(setEach(5));
      const other = await openStore(store.url);
      const holding = await other.writes.startTransaction().execute();
      if (kind === 'postgres') await sql`select 1 from sku for update`.execute(holding);
      const update = inventory.update(setEach(7));
      const { results } = await inventory.update({ ...setEach(6), dryRun: true });
      await holding.rollback().execute();
      await other.close();
      expect(stored.results[0]?.outcome).toBe('APPLIED');
      expect(results).toMatchObject([
        { outcome: 'DRY_RUN', change: { before: { quantityInStock: 5 }, after: { quantityInStock: 6 } } },
      ]);
      expect((await update).results).toMatchObject([
        { outcome: 'APPLIED', change: { before: { quantityInStock: 5 } } },
      ]);
    } finally {
      await gateway.close();
    }
  });
});
