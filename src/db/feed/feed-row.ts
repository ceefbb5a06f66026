/** Rows of `feed`, and what they stand for. */
import type {
  FeedProblem,
  FeedRefusal,
  FeedState,
  FeedSummary,
  NewFeed,
  StoredFeed,
  WholeFeed,
} from '../../domain/feed.ts';
import type { FeedTable } from '../store/tables.ts';

/** What the runner of feeds saves. What is left out stays as it is. */
export interface FeedStep {
  readonly state?: FeedState;
  readonly starts?: number;
  readonly rowsRead?: number;
  readonly rowsDone?: number;
  /** JSON, without the problems. */
  readonly progress?: string;
  readonly problems?: readonly FeedProblem[];
  readonly report?: FeedSummary;
  readonly refusal?: FeedRefusal;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** A new feed as a row. */
export function toRow(feed: NewFeed): FeedTable {
  return {
    supplier_id: feed.supplierId,
    feed_id: feed.feedId,
    state: 'QUEUED',
    actor: feed.actor,
    filename: feed.filename,
    sheet: feed.sheet,
    mode: feed.mode,
    dry_run: feed.dryRun ? 1 : 0,
    allow_zeroing: feed.allowZeroing,
    as_of: feed.asOf,
    reason: feed.reason,
    reference_document_uri: feed.referenceDocumentUri,
    idempotency_key: feed.idempotencyKey,
    blind: feed.isBlind ? 1 : 0,
    fingerprint: feed.fingerprint,
    starts: 0,
    revision: 1,
    rows_read: 0,
    rows_done: 0,
    progress: null,
    problems: null,
    report: null,
    refusal: null,
    created_at: feed.createdAt,
    started_at: null,
    finished_at: null,
  };
}

/** What a list of feeds reads: not the problems, which can be long. */
export type ListedRow = Omit<FeedTable, 'progress' | 'problems'>;

export function toFeed(row: ListedRow): StoredFeed {
  return {
    supplierId: row.supplier_id,
    feedId: row.feed_id,
    state: row.state,
    actor: row.actor,
    filename: row.filename,
    sheet: row.sheet,
    mode: row.mode,
    dryRun: row.dry_run === 1,
    allowZeroing: row.allow_zeroing,
    asOf: row.as_of,
    reason: row.reason,
    referenceDocumentUri: row.reference_document_uri,
    idempotencyKey: row.idempotency_key,
    isBlind: row.blind === 1,
    revision: row.revision,
    fingerprint: row.fingerprint,
    rowsRead: row.rows_read,
    rowsDone: row.rows_done,
    // These columns hold what toColumns() wrote.
    report: fromJson(row.report) as FeedSummary | null,
    refusal: fromJson(row.refusal) as FeedRefusal | null,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

function fromJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

export function toWhole(row: FeedTable): WholeFeed {
  return { ...toFeed(row), problems: toProblems(row) };
}

export function toProblems({ problems }: FeedTable): readonly FeedProblem[] {
  // The column holds what toColumns() wrote.
  return (fromJson(problems) ?? []) as readonly FeedProblem[];
}

/** The columns that a step sets. */
export function toColumns({
  state,
  starts,
  rowsRead,
  rowsDone,
  progress,
  startedAt,
  finishedAt,
  ...json
}: FeedStep) {
  return {
    ...(state !== undefined && { state }),
    ...(starts !== undefined && { starts }),
    ...(rowsRead !== undefined && { rows_read: rowsRead }),
    ...(rowsDone !== undefined && { rows_done: rowsDone }),
    ...(progress !== undefined && { progress }),
    ...(startedAt !== undefined && { started_at: startedAt }),
    ...(finishedAt !== undefined && { finished_at: finishedAt }),
    ...(json.problems && { problems: JSON.stringify(json.problems) }),
    ...(json.report && { report: JSON.stringify(json.report) }),
    ...(json.refusal && { refusal: JSON.stringify(json.refusal) }),
  };
}
