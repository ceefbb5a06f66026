/** The client of a Stockgate gateway, for browsers and Node. */
import { sendBulk, type BulkOptions } from './bulk.ts';
import {
  adjustMutation,
  changesQuery,
  skuQuery,
  skusQuery,
  undoMutation,
  updateMutation,
} from './documents.ts';
import { throwIfAborted } from './failure.ts';
import { createGraphql } from './graphql.ts';
import { sendFile, type ImportOptions, type ImportResult, type InventoryFile } from './import-file.ts';
import { follow, type LiveOptions } from './live.ts';
import {
  GroupTally,
  toUpdateResult,
  type GroupResult,
  type StoredChange,
  type StoredChangeEvent,
  type UpdateResult,
} from './results.ts';
import type {
  AdjustData,
  AdjustSkuInventoryInput,
  BulkSkuInventoryUpdateInput,
  ChangesData,
  InventoryChangeFilterInput,
  InventoryChangeOrderInput,
  RevertInventoryChangesInput,
  Sku,
  SkuData,
  SkuFilterInput,
  SkuIdentifierInput,
  SkuOrderInput,
  SkusData,
  UndoData,
  UpdateData,
  UpdateSkuInventoryInput,
} from './schema-types.ts';
import { Transport, type CallOptions, type ClientOptions } from './transport.ts';
import { tiedTo } from './waiting.ts';

export interface SkusOptions extends CallOptions {
  readonly filter?: SkuFilterInput | undefined;
  readonly orderBy?: SkuOrderInput | undefined;
}

export interface ChangesOptions extends CallOptions {
  /** The cursor of the last change that you have. */
  readonly after?: string | undefined;
  readonly filter?: InventoryChangeFilterInput | undefined;
  readonly orderBy?: InventoryChangeOrderInput | undefined;
}

/**
 * A refusal by the rules is a result: `ok` is false, and `error.code` says why. Everything else that goes wrong is thrown as a
 * StockgateError. Each mutation has a key of its own, unless its input has one, so that a retry is applied once.
 */
export interface Client {
  /** Sets values of a SKU. */
  update(input: UpdateSkuInventoryInput, options?: CallOptions): Promise<UpdateResult>;
  /** Adds units to a SKU's quantities, or takes them away. */
  adjust(input: AdjustSkuInventoryInput, options?: CallOptions): Promise<UpdateResult>;
  /**
   * Sets values of many SKUs. More than 10,000 rows are sent in parts, one after the other. Each part has the deadline of a call.
   * Throws a BulkError, which has the results so far, if a part fails.
   */
  bulk(updates: readonly BulkSkuInventoryUpdateInput[], options?: BulkOptions): Promise<GroupResult>;
  /** Sets SKUs back to the values before a group of changes, or before some changes. */
  undo(input: RevertInventoryChangesInput, options?: CallOptions): Promise<GroupResult>;
  /** The SKU with this identifier, or null. */
  sku(by: SkuIdentifierInput, options?: CallOptions): Promise<Sku | null>;
  /** All SKUs that match. Pages are read as you go on. */
  skus(options?: SkusOptions): AsyncGenerator<Sku, void, undefined>;
  /** All changes up to now, oldest first. Pages are read as you go on. `live()` goes on behind the last cursor. */
  changes(options?: ChangesOptions): AsyncGenerator<StoredChangeEvent, void, undefined>;
  /** Changes as they are made, without end. It resumes by itself behind the last change when the connection is lost. */
  live(options?: LiveOptions): AsyncIterableIterator<StoredChangeEvent>;
  /** Hands in a CSV file or an Excel workbook, and follows it to its end. A text is its content. In Node, `openAsBlob()` of `node:fs` opens a file. */
  importFile(file: InventoryFile, options?: ImportOptions): Promise<ImportResult>;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** Makes a client. Nothing is sent yet. */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport(options);
  const { ask, mutate } = createGraphql(transport);
  return {
    update: async (input, call = {}) =>
      toUpdateResult((await mutate<UpdateData>(updateMutation, input, call)).result),
    adjust: async (input, call = {}) =>
      toUpdateResult((await mutate<AdjustData>(adjustMutation, input, call)).result),
    bulk: (updates, call = {}) => sendBulk(mutate, updates, call),
    undo: async (input, call = {}) => {
      const tally = new GroupTally();
      tally.add((await mutate<UndoData>(undoMutation, input, call)).result);
      return tally.toResult();
    },
    sku: async (by, call = {}) => (await ask<SkuData>(skuQuery, { by }, call)).result,
    skus: ({ filter, orderBy, ...call } = {}) =>
      pages(call.signal, async (after) => {
        const { result } = await ask<SkusData>(skusQuery, { after, filter, orderBy }, call);
        return { items: result.nodes, pageInfo: result.pageInfo };
      }),
    changes: ({ after: start, filter, orderBy, ...call } = {}) =>
      pages(call.signal, async (after = start) => {
        const { result } = await ask<ChangesData>(changesQuery, { after, filter, orderBy }, call);
        const items = result.edges.map(({ cursor, node: change }) => ({
          cursor,
          change: change as StoredChange,
        }));
        return { items, pageInfo: result.pageInfo };
      }),
    live: (call = {}) => {
      const { own, free } = tiedTo(call.signal);
      return leavable(follow(transport, call, own.signal), () => {
        own.abort();
        free();
      });
    },
    importFile: (file, call = {}) => sendFile(transport, file, call),
  };
}

/** A page can be empty and still not be the last. */
async function* pages<T>(
  signal: AbortSignal | undefined,
  read: (after: string | undefined) => Promise<Page<T>>,
) {
  let after: string | undefined;
  for (;;) {
    const { items, pageInfo } = await read(after);
    for (const item of items) {
      throwIfAborted(signal);
      yield item;
    }
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor ?? after;
  }
}

/** A generator alone would end only with its next event: `return` waits for what is asked for. */
function leavable<T>(
  events: AsyncGenerator<T, void, undefined>,
  leave: () => void,
): AsyncIterableIterator<T> {
  let isLeft = false;
  return {
    async next() {
      try {
        const result = await events.next();
        if (result.done) leave();
        return result;
      } catch (error) {
        leave();
        if (isLeft) return { value: undefined, done: true };
        throw error;
      }
    },
    async return() {
      isLeft = true;
      leave();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export type { BulkOptions } from './bulk.ts';
export { BulkError, StockgateError, type FaultCode } from './errors.ts';
export type {
  Feed,
  FeedRefusal,
  FeedReport,
  ImportOptions,
  ImportResult,
  InventoryFile,
  PreviewedChange,
  PreviewedState,
} from './import-file.ts';
export type { LiveOptions, LiveStatus } from './live.ts';
export type {
  Accepted,
  Counts,
  GroupResult,
  Refused,
  RowResult,
  StoredChange,
  StoredChangeEvent,
  UpdateResult,
} from './results.ts';
export type * from './schema-types.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
