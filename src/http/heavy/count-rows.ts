/** Counts the rows that one request updates, because its token is charged for them. */
import type { Services } from '../../schema/builder/context.ts';

/** Returns services that call `wrote` with the number of rows before each update, so that a failed update counts too. */
export function countRows(services: Services, wrote: (rows: number) => void): Services {
  const { inventory } = services;
  return {
    ...services,
    inventory: {
      ...inventory,
      update(request) {
        wrote(request.rows.length);
        return inventory.update(request);
      },
    },
  };
}
