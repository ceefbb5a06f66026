/** The supplier that a command is about. */
import { findSimilarNames, findSupplier } from '../../db/suppliers.ts';
import type { Store } from '../../db/store/store.ts';
import { PROGRAM } from './command.ts';

/**
 * Resolves to the key of the supplier with this name. Rejects if there is none, with similar names or how to create it, and if the
 * supplier is being deleted.
 */
export async function requireSupplier(store: Store, name: string): Promise<string> {
  const { supplierId, isBeingDeleted } = (await findSupplier(store, name)) ?? (await refuseName(store, name));
  if (!isBeingDeleted) return supplierId;
  throw new Error(
    `Supplier ${name} is being deleted. Finish that: ${PROGRAM} supplier delete ${name} --confirm ${name}`,
  );
}

/** Rejects with similar names, or with how to create the supplier. */
export async function refuseName(store: Store, name: string): Promise<never> {
  const similar = await findSimilarNames(store, name);
  const way = `${PROGRAM} supplier create ${name}`;
  throw new Error(
    similar.length > 0
      ? `No supplier is named ${name}. Do you mean ${similar.join(' or ')}? To create a new one: ${way}`
      : `No supplier is named ${name}. Create it: ${way}`,
  );
}
