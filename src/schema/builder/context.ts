/** What a request carries through the schema: who asks, through which door, and what answers. */
import DataLoader from 'dataloader';
import { unmetered, type Inventory, type ReadMeter } from '../../domain/inventory.ts';
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter, ChangeSource, HistoryPage, InventoryChange } from '../../domain/change.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';

/** What answers every request. */
export interface Services {
  readonly inventory: Inventory;
  /** A new id, for what belongs together. */
  readonly createId: () => string;
}

export interface Context extends Services {
  readonly caller: Caller;
  readonly source: ChangeSource;
  /** What its reads are charged to, and stopped by. */
  readonly meter: ReadMeter;
  /** The changes past a position that pass the filter, as they are committed: what a subscription's events come from. */
  readonly follow: Follow;
  /** Notes a refusal for the metrics. Call it only if no update was requested: a transaction counts the refusals of its updates. */
  readonly noteProblem: (problem: Problem) => void;
  /** Made when first asked for: most updates need none. */
  readonly loaders: () => Loaders;
}

export type Follow = (position: number, filter: ChangeFilter) => AsyncIterable<InventoryChange>;

/** Whether answers may show this caller what a SKU's state is. */
export function mayView({ permissions }: Caller): boolean {
  return permissions.includes('view_items');
}

/** The context of one request. */
export function createContext(
  caller: Caller,
  source: ChangeSource,
  { inventory, createId }: Services,
  {
    meter = unmetered,
    follow = followNothing,
    noteProblem = () => undefined,
  }: Partial<Pick<Context, 'meter' | 'follow' | 'noteProblem'>> = {},
): Context {
  let made: Loaders | undefined;
  const loaders = () => (made ??= createLoaders(caller, inventory, meter));
  return { caller, source, meter, follow, noteProblem, inventory, createId, loaders };
}

/** Where an answer ends at once, nothing can be followed. */
function followNothing(): never {
  throw new Error('A subscription was run where no stream can be kept.');
}

/** Everything that a page's rows ask for, in one statement. */
export interface Loaders {
  readonly histories: DataLoader<HistoryPage, InventoryChange[]>;
  readonly skus: DataLoader<string, Sku | null>;
}

/** Loaders last for one request: what they remember is never stale for long. */
function createLoaders(caller: Caller, inventory: Inventory, meter: ReadMeter): Loaders {
  return {
    histories: new DataLoader((pages) => inventory.histories(caller.supplierId, pages, meter), {
      cache: false,
    }),
    skus: new DataLoader(async (skuIds) => {
      const matches = await inventory.find(
        caller.supplierId,
        skuIds.map((value) => ({ kind: 'skuId', value, gtin: null })),
      );
      return matches.map((match) => ('sku' in match ? match.sku : null));
    }),
  };
}
