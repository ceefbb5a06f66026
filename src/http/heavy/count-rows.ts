/** Services that count the rows which one request updates: it is charged for them. */
import type { Services } from '../../schema/builder/context.ts';

/** `wrote` is told of rows before they are updated. */
export function countRows(services: Services, wrote: (rows: number) => void): Services {
  const { inventory, createId } = services;
  return {
    createId,
    inventory: {
      ...inventory,
      update(request) {
        wrote(request.rows.length);
        return inventory.update(request);
      },
    },
  };
}
