/** Rows of the store, for comparison. */
import type { SkuTable } from '../../src/db/store/tables.ts';

/** A SKU's row without its as-of times, which move forward also where nothing changes. */
export function withoutAsOf<Row extends Partial<SkuTable>>(row: Row): Omit<Row, `${string}_as_of`> {
  // The cast only takes properties away.
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith('_as_of'))) as Omit<
    Row,
    `${string}_as_of`
  >;
}
