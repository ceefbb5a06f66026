/** A promoted server that lacks an acknowledged update is told from one that has it, also when its position was given again. */
import { Client } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { createInventory } from '../../../src/db/inventory.ts';
import { rememberAcknowledged } from '../../../src/db/driver/postgres/acknowledged.ts';
import type { Hosts } from '../../../src/db/driver/postgres/hosts.ts';
import { saveSupplier } from '../../../src/db/suppliers.ts';
import { createCatalog } from '../../../src/db/catalog.ts';
import { requestOf, setSku } from '../../support/requests.ts';
import { openTestStore } from '../../support/stores/stores.ts';

const now = '2026-11-30T01:02:03.004Z';
const clock = () => new Date(now);

describe.skipIf(inject('postgresUrl') === null)('a promoted server', () => {
  test('is refused if it lacks the newest acknowledged update of a supplier, and only then', async () => {
    const { store, url, remove } = await openTestStore('postgres');
    await saveSupplier(store, 'acme', clock());
    await createCatalog(store, clock).save({ supplierId: 'acme', actor: 'x' }, [{ skuId: 'A' }]);
    const inventory = createInventory(store, clock);
    const origin = { supplierId: 'acme', actor: 'x', source: 'GRAPHQL' } as const;
    await inventory.update(requestOf(origin, [setSku('A', { quantityInStock: 7 })]));
    await inventory.close();
    const client = new Client(url);
    await client.connect();

    const refused: number[] = [];
    const hosts = { isFixed: false, refuse: (version: number) => refused.push(version) } as unknown as Hosts;
    const verify = (position: number, changedAt: string, supplierId = 'acme') => {
      const acknowledged = rememberAcknowledged(hosts);
      acknowledged.note([{ supplierId, position, changedAt }]);
      return acknowledged.verify(client, position);
    };
    await verify(1, now);
    // Of a supplier that was deleted meanwhile.
    await verify(1, now, 'gone');
    expect(refused).toEqual([]);
    await expect(verify(2, now)).rejects.toThrow('lacks updates');
    // Another gateway's change has its position.
    await expect(verify(1, '2026-11-30T01:02:03.003Z')).rejects.toThrow('lacks updates');
    expect(refused).toEqual([2, 1]);
    await client.end();
    await store.close();
    await remove();
  });
});
