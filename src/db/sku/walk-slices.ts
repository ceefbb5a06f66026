/** Walks a catalog, or the SKUs that a filter names, slice by slice. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReadMeter } from '../../domain/inventory.ts';
import type { NamedSkus } from './named-skus.ts';
import type { Store } from '../store/store.ts';
import { createSliceSize, type ReadSlice, type Slice } from './sku-slices.ts';

/** Which part of a catalog to read. */
export interface Walk {
  /** The SKUs that the filter names. Null reads the catalog along its key. */
  readonly named: NamedSkus | null;
  readonly meter: ReadMeter;
  /** SKUs in the first slice. Undefined leaves the size to `createSliceSize`. */
  readonly firstRows: number | undefined;
  /** Start after this skuId, or at the catalog's first or last SKU if null. */
  readonly behind: string | null;
  readonly descending: boolean;
}

/** Reads slice after slice until the catalog, or the list of SKUs that the filter names, ends. Yields to the event loop between slices. */
export async function* walkSlices<T>(
  store: Store,
  walk: Walk,
  read: (slice: Slice) => Promise<ReadSlice<T>>,
): AsyncGenerator<ReadSlice<T>, undefined> {
  const { meter, named, descending } = walk;
  if (named) {
    for await (const skuIds of named) {
      const part = await read({ skuIds });
      meter.spend(part.scanned);
      yield part;
      await nextTurn();
    }
    return undefined;
  }
  const size = createSliceSize(store.kind, walk.firstRows);
  for (let behind = walk.behind; ; await nextTurn()) {
    const started = performance.now();
    const part = await read({ behind, descending, rows: size.rows() });
    size.note(performance.now() - started);
    meter.spend(part.scanned);
    yield part;
    if (part.reached === null) return undefined;
    behind = part.reached;
  }
}
