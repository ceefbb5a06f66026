/** An inventory whose operations all fail, for tests of how the gateway answers its own faults. */
import type { Inventory } from '../../src/domain/inventory.ts';

/** Every operation rejects with an error that has this message. */
export function createBrokenInventory(message: string): Inventory {
  const fail = () => Promise.reject(new Error(message));
  return {
    find: fail,
    update: fail,
    listSkus: fail,
    countSkus: fail,
    indexSkus: fail,
    histories: fail,
    changesAfter: fail,
    changesWindow: fail,
    changesBackwards: fail,
    newestOfGroups: fail,
    groupPages: fail,
    groupSizes: fail,
    changesAt: fail,
    lastPosition: fail,
    marksAt: fail,
    untilPast: fail,
  };
}
