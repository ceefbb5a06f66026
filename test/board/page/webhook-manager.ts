/** A token that may manage webhooks, for tests of the board. */
import { openStore } from '../../../src/db/store/open-store.ts';
import { saveToken } from '../../../src/db/tokens.ts';
import { permissions } from '../../../src/domain/caller.ts';

export const MANAGER = 'a-token-that-manages-webhooks';

/** Makes the token good in the database, for the supplier of `seedDatabase`. */
export async function saveManager(database: string): Promise<void> {
  const store = await openStore(database);
  const manager = { supplierId: 'acme', name: 'manager', role: 'supplier', expiresAt: null } as const;
  await saveToken(store, MANAGER, { ...manager, permissions }, new Date());
  await store.close();
}
