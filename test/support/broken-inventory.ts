/** An inventory on which nothing works. */
import type { Inventory } from '../../src/domain/inventory.ts';

/** Each of its operations rejects with an error that has this message. */
export function createBrokenInventory(message: string): Inventory {
  const fail = () => Promise.reject(new Error(message));
  return {
    find: fail,
    update: fail,
    listSkus: fail,
    countSkus: fail,
    histories: fail,
    changesAfter: fail,
    changesWindow: fail,
    changesAt: fail,
    lastPosition: fail,
    untilPast: fail,
  };
}
