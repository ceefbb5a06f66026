/** Imports an inventory file: judges it as a whole, and then applies it part by part as one group of changes. */
import { isHeld, type FeedMode, type FeedReport, type Zeroing } from '../../domain/feed.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { plainRequest, type UpdateRequest } from '../../domain/update.ts';
import { FeedRows, type Send } from './feed-rows.ts';
import { FeedTally, type FeedCounts } from './feed-tally.ts';
import type { FileHead, FilePart } from './inventory-file.ts';
import type { RejectedRow } from './rejected-rows.ts';
import { sweepOmitted } from './sweep-omitted.ts';

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
}

export interface FeedWatcher {
  /** Called once, before the first row. */
  readonly onHead?: ((head: FileHead) => void) | undefined;
  /** Called for each row that is not applied, in the order of the file. */
  readonly onRejected?: ((rejected: RejectedRow) => void) | undefined;
  /** Called after each part with the rows done so far. A feed that is not dry is read twice. */
  readonly onProgress?: (state: 'READING' | 'APPLYING', rows: number) => void;
  /** When aborted, the feed ends after the part in hand. */
  readonly stop?: AbortSignal | undefined;
}

/** What became of a feed. */
export interface FeedResult {
  /** What it would do, or did, to the SKUs in stock. */
  readonly zeroing: Zeroing;
  /** The brake held it: nothing is stored, and the report says what would have happened. */
  readonly isHeld: boolean;
  /** It was stopped before its end. What was applied until then stays, and can be undone as one group. */
  readonly isStopped: boolean;
  readonly report: FeedReport;
  readonly counts: FeedCounts;
}

/**
 * Imports the file. `read` gives its parts from the beginning, each time that it is called. Throws a FileFault where the file cannot be read
 * to its end: nothing is stored then.
 */
export async function importInventory(
  inventory: FeedInventory,
  feed: Feed,
  read: () => AsyncIterable<FilePart>,
  watcher: FeedWatcher = {},
): Promise<FeedResult> {
  const rows = new FeedRows(inventory, feed);
  const whileJudging = feed.dryRun ? watcher : { ...watcher, onRejected: undefined };
  const judged = await runPass(inventory, { ...feed, dryRun: true }, rows, read, whileJudging);
  const { applied, unchanged, stale, zeroed } = judged.report;
  const inStock = await inventory.countSkus(
    feed.supplierId,
    { minQuantityInStock: 1 },
    Number.MAX_SAFE_INTEGER,
  );
  const zeroing = { rows: applied + unchanged + stale, inStock, zeroed };
  const held = isHeld(zeroing, feed.allowZeroing);
  if (held || feed.dryRun || judged.isStopped) return { ...judged, zeroing, isHeld: held };
  const whileApplying = { ...watcher, onHead: undefined };
  return { ...(await runPass(inventory, feed, rows, read, whileApplying)), zeroing, isHeld: false };
}

/** Sends every row of the file once, and then what a full file leaves out. */
async function runPass(
  inventory: FeedInventory,
  feed: Feed,
  feedRows: FeedRows,
  read: () => AsyncIterable<FilePart>,
  { onHead, onRejected, onProgress, stop }: FeedWatcher,
): Promise<Omit<FeedResult, 'zeroing' | 'isHeld'>> {
  const tally = new FeedTally();
  let isBegun = false;
  const send: Send = async (updates) => (await inventory.update(toRequest(feed, updates))).results;
  for await (const { head, rows } of readAhead(read())) {
    if (stop?.aborted) break;
    if (!isBegun) onHead?.(head);
    isBegun = true;
    const taken = await (feed.dryRun
      ? feedRows.judge(rows, tally.rows, send)
      : feedRows.apply(rows, tally.rows, send));
    for (const { row, result } of taken) {
      const problem = tally.note(row.line, result);
      if (problem) onRejected?.({ row, code: problem.code, reason: problem.message });
    }
    onProgress?.(feed.dryRun ? 'READING' : 'APPLYING', tally.rows);
  }
  if (feed.mode === 'full' && !stop?.aborted) {
    const isNamed = (skuId: string) => feedRows.names(skuId);
    for await (const results of sweepOmitted(inventory, feed, isNamed, send)) {
      for (const result of results) tally.noteOmitted(result);
      if (stop?.aborted) break;
    }
  }
  const counts = tally.finish();
  return { report: toReport(feed, counts), counts, isStopped: stop?.aborted ?? false };
}

function toReport({ mode, dryRun, groupId }: Feed, counts: FeedCounts): FeedReport {
  const { rows, applied, unchanged, stale, rejected, zeroed, problems } = counts;
  const hasStored = !dryRun && applied + zeroed > 0;
  const stored = hasStored ? groupId : null;
  return { mode, dryRun, rows, applied, unchanged, stale, rejected, zeroed, groupId: stored, problems };
}

/** Reads the next part while the one in hand is stored. */
async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      // A failure is met where it is awaited. Until then it is not unhandled.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function toRequest(feed: Feed, rows: UpdateRequest['rows']): UpdateRequest {
  const { supplierId, actor, reason, referenceDocumentUri, groupId, dryRun } = feed;
  return {
    ...plainRequest,
    ...{ supplierId, actor, reason, referenceDocumentUri, groupId, dryRun, rows },
    source: 'FEED',
    operation: 'importInventory',
  };
}
