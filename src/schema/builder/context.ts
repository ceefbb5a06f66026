/** The context of a GraphQL operation: the caller, the door it used, the inventory, and loaders. */
import DataLoader from 'dataloader';
import { unmetered, type Inventory, type ReadMeter } from '../../domain/inventory.ts';
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter, ChangeSource, HistoryPage, InventoryChange } from '../../domain/change.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';

/** The services that all requests share. */
export interface Services {
  readonly inventory: Inventory;
  /** Makes a new, unique group ID for the changes of one call. */
  readonly createId: () => string;
}

/** What resolvers get with each operation. */
export interface Context extends Services {
  readonly caller: Caller;
  /** The source that this operation's changes are recorded with. */
  readonly source: ChangeSource;
  /** Reads are charged to the meter. It can stop them. */
  readonly meter: ReadMeter;
  readonly follow: Follow;
  /** Notes a refusal for the metrics. Call it only if no update was requested: a transaction counts the refusals of its updates. */
  readonly noteProblem: (problem: Problem) => void;
  /** Creates the loaders at the first call, because most updates need none. */
  readonly loaders: () => Loaders;
}

/** Yields the changes after a position that pass the filter, as they are committed. Subscriptions send them as events. */
export type Follow = (position: number, filter: ChangeFilter) => AsyncIterable<InventoryChange>;

/** Whether answers may show the state of SKUs to this caller. */
export function mayView({ permissions }: Caller): boolean {
  return permissions.includes('view_items');
}

/** Creates the context of one operation. Without `meter`, reads are not limited. Without `follow`, subscriptions fail. */
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

/** The `follow` of doors that answer at once and keep no stream. Always throws. */
function followNothing(): never {
  throw new Error('A subscription was run where no stream can be kept.');
}

/** Loaders collect what the rows of a page ask for, and read it with one statement. */
export interface Loaders {
  readonly histories: DataLoader<HistoryPage, InventoryChange[]>;
  readonly skus: DataLoader<string, Sku | null>;
}

/** Loaders are made for one request, so their cache is never stale for long. */
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
