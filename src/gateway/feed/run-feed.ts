/** Runs one feed to its end, and saves after each part where it would go on after a restart. */
import { rm } from 'node:fs/promises';
import type { FeedStep } from '../../db/feed/feed-row.ts';
import type { FeedStore, UnfinishedFeed } from '../../db/feed/feeds.ts';
import {
  describeHeld,
  type FeedRefusal,
  type FeedState,
  type FeedSummary,
  type StoredFeed,
} from '../../domain/feed.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import {
  importInventory,
  type BegunFeed,
  type FeedResult,
  type SavedFeed,
} from '../../feed/inventory/import-inventory.ts';
import { createFileReader } from '../../feed/inventory/inventory-file.ts';
import { FileFault } from '../../feed/row.ts';
import { isDiskFull, spooledPath } from '../../http/feed/spool.ts';
import { RejectedRowsFile } from './rejected-rows-file.ts';

/** More than what is sent between two saves: the rows of a part, or the SKUs of a page of a sweep. */
const MAX_CHANGES_OF_A_PART = 10_000;
/** A feed that was begun so often without a step forward is given up: whatever ends the thread would do so for ever. */
const MAX_STARTS = 30;
/** How often a row count of the first pass is saved, in milliseconds. */
const SHOWN_EVERY_MS = 500;

/** What running feeds needs. */
export interface FeedRunnerOptions {
  readonly feeds: FeedStore;
  readonly inventory: Inventory;
  /** The spool. This process is the only one that runs its feeds. */
  readonly folder: string;
  /** Whether it runs files that are links into a watched folder. */
  readonly runsLinks: () => boolean;
  readonly clock: () => Date;
  readonly stop: AbortSignal;
  /** Receives the error of a feed that failed, for the log. */
  readonly report: (error: unknown) => void;
  /** Told of each feed that has ended, for the metrics. */
  readonly ended: (feed: EndedFeed) => void;
}

type FeedEnd = FeedStep & { readonly state: FeedState };

/** The end of a feed. */
export interface EndedFeed {
  readonly supplierId: string;
  readonly feedId: string;
  readonly filename: string | null;
  readonly report: FeedSummary | undefined;
  readonly state: FeedState;
  readonly dryRun: boolean;
}

/** What is saved of a feed that is being applied, beside its problems. */
interface Progress {
  readonly counts: Omit<SavedFeed['counts'], 'problems'>;
  readonly sweptThrough: string | null;
  /** The supplier's last change when the next part was sent: later changes of the feed belong to that part. */
  readonly position: number;
  /** Length of the file of rejected rows. What follows belongs to the next part. */
  readonly rejectedBytes: number;
}

/**
 * Resolves when the feed has ended, or was stopped. Throws if it cannot go on for now, because the store has trouble or the disk is full.
 * Run it again later.
 */
export async function runFeed(loaded: UnfinishedFeed, options: FeedRunnerOptions): Promise<void> {
  const { feeds, folder, report } = options;
  const { feed } = loaded;
  const end = async (step: FeedEnd) => {
    await feeds.save(feed, { ...step, finishedAt: options.clock().toISOString() });
    const { supplierId, feedId, filename, dryRun } = feed;
    options.ended({ supplierId, feedId, filename, dryRun, state: step.state, report: step.report });
  };
  try {
    const step = await applyFile(loaded, options);
    if (!step) return;
    await end(step);
  } catch (error) {
    if (error instanceof UnavailableError || isDiskFull(error) || options.stop.aborted) throw error;
    const now = await feeds.load(feed.supplierId, feed.feedId);
    // The whole file was read before any of it was applied. So a fault that comes later is not its sender's.
    const isUnreadable = error instanceof FileFault && now?.progress === null;
    if (!isUnreadable) report(error);
    await end(
      isUnreadable
        ? { state: 'REFUSED', refusal: unreadable(error) }
        : { state: 'FAILED', refusal: failed(feed) },
    );
  }
  await rm(spooledPath(folder, feed.feedId, 'file'), { force: true });
}

/** Resolves with the end of the feed; null if it was stopped. */
async function applyFile(loaded: UnfinishedFeed, options: FeedRunnerOptions): Promise<FeedEnd | null> {
  const { feeds, inventory, folder, clock, stop } = options;
  const { feed } = loaded;
  const pathOf = (kind: 'file' | 'rejected.csv') => spooledPath(folder, feed.feedId, kind);
  const progress = loaded.progress === null ? null : (JSON.parse(loaded.progress) as Progress);
  if (loaded.starts >= MAX_STARTS) throw new Error('The feed was begun again and again, and never went on.');
  await feeds.save(feed, {
    starts: loaded.starts + 1,
    ...(!progress && { state: 'READING', startedAt: feed.startedAt ?? clock().toISOString() }),
  });
  await using rejected = await RejectedRowsFile.open(pathOf('rejected.csv'), progress?.rejectedBytes ?? 0);
  const shown = showReading(options, feed);
  let rowsRead = feed.rowsRead;
  const result = await importInventory(
    inventory,
    { ...feed, groupId: feed.feedId },
    createFileReader(pathOf('file'), { sheet: feed.sheet ?? undefined }),
    {
      onHead: (head) => rejected.begin(head),
      onRejected: (rows) => rejected.write(rows),
      onProgress: async (state, rows) => {
        if (state === 'APPLYING') return;
        rowsRead = Math.max(rowsRead, rows);
        if (!progress) await shown(rows);
      },
      save: createSave(loaded, options, rejected, () => rowsRead),
      stop,
    },
    progress ? await begunFrom(progress, loaded, options) : undefined,
  );
  await rejected.sync();
  return result.isStopped ? null : endOf(result);
}

/** Saves how far a feed has been applied. What it names is on disk before. */
function createSave(
  { feed, problems: savedProblems }: UnfinishedFeed,
  { feeds, inventory }: FeedRunnerOptions,
  rejected: RejectedRowsFile,
  rowsRead: () => number,
) {
  let problemsSaved = savedProblems.length;
  return async ({ counts: { problems, ...counts }, sweptThrough }: SavedFeed): Promise<void> => {
    const position = await inventory.lastPosition(feed.supplierId);
    const saved: Progress = { counts, sweptThrough, position, rejectedBytes: await rejected.sync() };
    await feeds.save(feed, {
      state: 'APPLYING',
      starts: 0,
      rowsRead: rowsRead(),
      rowsDone: counts.rows,
      progress: JSON.stringify(saved),
      ...(problems.length > problemsSaved && { problems }),
    });
    problemsSaved = problems.length;
  };
}

/** Which changes of the feed were stored since its progress was saved. */
async function begunFrom(
  { counts, sweptThrough, position }: Progress,
  { feed, problems }: UnfinishedFeed,
  { inventory }: FeedRunnerOptions,
): Promise<BegunFeed> {
  const filter = { groupId: feed.feedId };
  const since = await inventory.changesAfter(feed.supplierId, position, filter, MAX_CHANGES_OF_A_PART);
  return { counts: { ...counts, problems }, sweptThrough, since };
}

function endOf({ report: { problems, ...report }, isHeld, zeroing }: FeedResult): FeedEnd {
  const rows = { rowsRead: report.rows, rowsDone: report.rows };
  if (!isHeld) return { state: 'DONE', report, problems, ...rows };
  const message = `${describeHeld(zeroing)} Nothing was stored. If that is right, send the file again with allowZeroing=${zeroing.zeroed}. Import a file of a watched folder with --allow-zeroing ${zeroing.zeroed}.`;
  const refusal: FeedRefusal = { code: 'ZEROING_HELD', message, allowZeroing: zeroing.zeroed };
  return { state: 'REFUSED', report, problems, refusal, ...rows, rowsDone: 0 };
}

function unreadable({ message }: FileFault): FeedRefusal {
  return { code: 'FILE_UNREADABLE', message: `${message} Nothing was stored.` };
}

function failed({ feedId }: StoredFeed): FeedRefusal {
  const message = `An error occurred on our side; the feed's id is ${feedId}. What was applied until then can be undone as one group.`;
  return { code: 'INTERNAL_SERVER_ERROR', message };
}

/** Saves now and then how many rows were read. The count is for people, so a failure is no reason to stop. */
function showReading({ feeds }: FeedRunnerOptions, feed: StoredFeed): (rows: number) => Promise<void> {
  let next = performance.now() + SHOWN_EVERY_MS;
  return async (rowsRead) => {
    if (performance.now() < next) return;
    next = performance.now() + SHOWN_EVERY_MS;
    await feeds.save(feed, { rowsRead }).catch(() => undefined);
  };
}
