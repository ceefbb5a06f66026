/** Imports an inventory file: judges it as a whole, and then applies it part by part as one group of changes. */
import { isHeld, type FeedMode, type FeedReport, type Zeroing } from '../../domain/feed.ts';
import type { InventoryChange } from '../../domain/change.ts';
import type { Inventory } from '../../domain/inventory.ts';
import type { Sku } from '../../domain/sku.ts';
import { plainRequest, type UpdateRequest } from '../../domain/update.ts';
import { FeedRows, type Send } from './feed-rows.ts';
import { FeedTally, type FeedCounts } from './feed-tally.ts';
import type { FileHead, FilePart } from './inventory-file.ts';
import { readAhead } from './read-ahead.ts';
import type { RejectedRow } from './rejected-rows.ts';
import { sweepOmitted } from './sweep-omitted.ts';

const IN_STOCK = { minQuantityInStock: 1 } as const;
/** Ignored columns that a report names. */
const MAX_NAMED = 50;

/** What a feed needs of the inventory. */
export type FeedInventory = Pick<Inventory, 'find' | 'update' | 'listSkus' | 'countSkus'>;

/** Who sends a file, and how it is to be taken. */
export interface Feed {
  readonly supplierId: string;
  readonly actor: string;
  readonly mode: FeedMode;
  /** Decides every row, and stores nothing. */
  readonly dryRun: boolean;
  /** Up to how many SKUs may go to zero; null: the brake's own rule. */
  readonly allowZeroing: number | null;
  /** When the rows were true that say nothing of it themselves: ISO 8601, UTC, milliseconds. Null: when they are applied. */
  readonly asOf: string | null;
  readonly reason: string | null;
  readonly referenceDocumentUri: string | null;
  readonly groupId: string;
  /** Its sender may not view SKUs: what is told of rejected rows says nothing of their state. */
  readonly isBlind?: boolean;
}

/** First the file is read and judged as a whole; then its rows are applied. */
export type FeedState = 'READING' | 'APPLYING';

/** Who is told how the import goes on. */
export interface FeedWatcher {
  /** Called once, before the first row. */
  readonly onHead?: ((head: FileHead) => void) | undefined;
  /** Called for the rejected rows of each part, in the order of the file. The import waits for it. */
  readonly onRejected?: ((rejected: readonly RejectedRow[]) => Promise<void>) | undefined;
  /** Called after each part with the rows done so far. A feed that is not dry is read twice. The import waits for it. */
  readonly onProgress?: (state: FeedState, rows: number) => void | Promise<void>;
  /** When aborted, the feed ends after the part in hand. */
  readonly stop?: AbortSignal | undefined;
  /**
   * Called before the first part is applied, and after each part, with what is needed to go on from there. The next part waits for it.
   * A dry run does not call it.
   */
  readonly save?: ((saved: SavedFeed) => Promise<void>) | undefined;
}

/** How far a feed has been applied. */
export interface SavedFeed {
  readonly counts: FeedCounts;
  /** Of a full file's SKUs that it leaves out: the last one that was looked at. Null before the first. */
  readonly sweptThrough: string | null;
}

/** A feed whose process ended while it was applied: where it goes on. */
export interface BegunFeed extends SavedFeed {
  /** The feed's changes since then. They are stored, and nothing else of the feed is. */
  readonly since: readonly InventoryChange[];
}

/** What became of a feed. */
export interface FeedResult {
  /** What it would do, or did, to the SKUs in stock. */
  readonly zeroing: Zeroing;
  /** The brake held it: nothing is stored, and the report says what would have happened. */
  readonly isHeld: boolean;
  /** Whether its rows were applied. A feed that is dry, held, or stopped before that stores nothing. */
  readonly isStored: boolean;
  /** It was stopped before its end. What was applied until then stays, and can be undone as one group. */
  readonly isStopped: boolean;
  readonly report: FeedReport;
  readonly counts: FeedCounts;
}

/**
 * Imports the file. `read` gives its parts from the beginning, each time that it is called. Throws a FileFault if the file cannot be
 * read to its end. Nothing is stored then. With `begun`, the import goes on where it was: no row is applied twice.
 */
export async function importInventory(
  inventory: FeedInventory,
  feed: Feed,
  read: () => AsyncIterable<FilePart>,
  { onHead, onRejected, save, ...watcher }: FeedWatcher = {},
  begun?: BegunFeed,
): Promise<FeedResult> {
  const rows = new FeedRows(inventory, feed);
  // Rejected rows are told in the pass whose counts are reported, so each is told once.
  let fileHead: FileHead | undefined;
  const noteHead = (head: FileHead) => {
    fileHead = head;
    onHead?.(head);
  };
  const judging = { ...watcher, onHead: noteHead, ...(feed.dryRun && { onRejected }) };
  const judged = await runPass(inventory, feed, 'READING', rows, read, judging);
  const { rows: rowsRead, applied, unchanged, stale, zeroed } = judged.counts;
  const inStock = await inventory.countSkus(feed.supplierId, IN_STOCK, Number.MAX_SAFE_INTEGER);
  const zeroing = { read: rowsRead, rows: applied + unchanged + stale, inStock, zeroed };
  // A file that was not read to its end cannot be judged. One that was begun was let through before.
  const held = !begun && !judged.isStopped && isHeld(zeroing, feed.allowZeroing);
  if (held && onRejected && !feed.dryRun && judged.counts.rejected > 0) {
    // Only the end of the file shows that it is held. So its rejected rows are told in a reading of their own.
    const again = new FeedRows(inventory, feed);
    await runPass(inventory, { ...feed, mode: 'delta' }, 'READING', again, read, {
      onRejected,
      stop: watcher.stop,
    });
  }
  const isStored = !held && !feed.dryRun && !judged.isStopped;
  const passed = isStored
    ? await runPass(inventory, feed, 'APPLYING', rows, read, { ...watcher, onRejected, save }, begun)
    : judged;
  return {
    ...passed,
    zeroing,
    isHeld: held,
    isStored,
    report: toReport(feed, isStored, passed.counts, fileHead),
  };
}

interface Passed {
  readonly counts: FeedCounts;
  readonly isStopped: boolean;
}

/** Sends every row of the file once, and then what a full file leaves out. While it is READING, everything is a dry run. */
async function runPass(
  inventory: FeedInventory,
  feed: Feed,
  state: FeedState,
  feedRows: FeedRows,
  read: () => AsyncIterable<FilePart>,
  { onHead, onRejected, onProgress, save, stop }: FeedWatcher,
  begun?: BegunFeed,
): Promise<Passed> {
  const tally = new FeedTally(feed.isBlind ?? false, begun?.counts);
  const sweptBefore = feedRows.noteStored(begun?.since ?? []);
  const isReading = state === 'READING';
  const send: Send = async (updates) => (await inventory.update(toRequest(feed, isReading, updates))).results;
  let isBegun = false;
  let rowsSeen = 0;
  if (!begun) await save?.({ counts: tally.finish(), sweptThrough: null });
  for await (const { head, rows: part } of readAhead(read())) {
    if (stop?.aborted) break;
    if (!isBegun) onHead?.(head);
    isBegun = true;
    const rows = part.slice(Math.max(0, tally.rows - rowsSeen));
    rowsSeen += part.length;
    if (rows.length === 0) continue;
    const taken = await (isReading
      ? feedRows.judge(rows, tally.rows, send)
      : feedRows.apply(rows, tally.rows, send));
    const rejected = taken.flatMap(({ row, result }): RejectedRow[] => {
      const problem = tally.note(row.line, result);
      return problem ? [{ row, code: problem.code, reason: problem.message }] : [];
    });
    if (rejected.length > 0) await onRejected?.(rejected);
    await onProgress?.(state, tally.rows);
    // What was saved before still tells of rows that are stored and not yet counted.
    if (!feedRows.hasStored) await save?.({ counts: tally.finish(), sweptThrough: null });
  }
  if (feed.mode === 'full' && !stop?.aborted) {
    for (const change of sweptBefore) tally.noteOmitted({ outcome: 'APPLIED', change });
    const swept = new Set(sweptBefore.map(({ skuId }) => skuId));
    const isNamed = (sku: Sku) => feedRows.names(sku) || swept.has(sku.skuId);
    for await (const page of sweepOmitted(inventory, feed, isNamed, send, begun?.sweptThrough)) {
      for (const result of page.results) tally.noteOmitted(result);
      await save?.({ counts: tally.finish(), sweptThrough: page.through });
      if (stop?.aborted) break;
    }
  }
  return { counts: tally.finish(), isStopped: stop?.aborted ?? false };
}

function toReport(
  { mode, dryRun, groupId }: Feed,
  isStored: boolean,
  counts: FeedCounts,
  head: FileHead | undefined,
): FeedReport {
  const { causes: _causes, problems, ...numbers } = counts;
  const group = isStored && counts.applied + counts.zeroed > 0 ? groupId : null;
  const { ignored = [], hints = [] } = head ?? {};
  const named = { ignored: ignored.slice(0, MAX_NAMED), hints: hints.slice(0, MAX_NAMED) };
  return { mode, dryRun, ...numbers, groupId: group, ...named, problems };
}

function toRequest(feed: Feed, dryRun: boolean, rows: UpdateRequest['rows']): UpdateRequest {
  const { supplierId, actor, reason, referenceDocumentUri, groupId } = feed;
  return {
    ...plainRequest,
    ...{ supplierId, actor, reason, referenceDocumentUri, groupId, dryRun, rows },
    source: 'FEED',
    operation: 'importInventory',
  };
}
