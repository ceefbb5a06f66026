/** Inventory feeds: files that set many SKUs at once, the brake that keeps one from emptying a shop, and the report. */
import { isAhead } from './as-of.ts';
import { codeKinds, parseIdentifier, type CodeKind, type Identifier } from './identifier.ts';
import { describeRefusal } from './refusal.ts';
import type { InventoryState, Sku } from './sku.ts';

/** `delta`: SKUs that the file does not name stay as they are. `full`: what they have in stock is set to 0. */
export const feedModes = ['delta', 'full'] as const;
export type FeedMode = (typeof feedModes)[number];

/** Up to so many SKUs may go to zero without being allowed, however small the shop. */
const FREE_ZEROS = 10;
/** Beyond that, so large a part of the SKUs in stock may. */
const FREE_PART = 0.2;

/** What a feed would do to the SKUs that its supplier has in stock. */
export interface Zeroing {
  /** Rows of the file. */
  readonly read: number;
  /** Those that could be applied. */
  readonly rows: number;
  /** SKUs with at least one unit in stock before the feed. */
  readonly inStock: number;
  /** Those of them that the feed would set to 0, named or left out. */
  readonly zeroed: number;
}

/**
 * Whether the brake holds the feed. `allowed`: up to how many SKUs the sender has allowed to go to zero; null if nothing was said. A file
 * without rows is a mistake more often than a wish, so it needs to be allowed too. So does a full file of which no row could be applied.
 */
export function isHeld({ read, rows, inStock, zeroed }: Zeroing, allowed: number | null): boolean {
  if (allowed !== null) return zeroed > allowed;
  return read === 0 || (rows === 0 && zeroed > 0) || (zeroed > FREE_ZEROS && zeroed > FREE_PART * inStock);
}

/** Says why the brake holds a feed. The sentence after it says how to let it through. */
export function describeHeld({ read, rows, inStock, zeroed }: Zeroing): string {
  const reasons: string[] = [];
  if (read === 0) reasons.push('The file has no rows.');
  else if (rows === 0) reasons.push('The file has no row that could be applied.');
  if (zeroed > 0) {
    const part = Math.round((100 * zeroed) / inStock);
    reasons.push(`The file would set ${zeroed} of the ${inStock} SKUs in stock to 0 (${part} %).`);
  }
  return reasons.join(' ');
}

/** Whether the identifier is one of the SKU's: its skuId, or a code that it has, in any spelling. Codes may be shared. */
export function isNamedBy(sku: Sku, { kind, value }: Identifier): boolean {
  if (kind === 'skuId') return sku.skuId === value;
  const names = new Set(codeNamesOf(sku));
  return namesOfCode(kind, value).some((name) => names.has(name));
}

/** What a code is known by: its spelling within its kind and, if it is valid, its canonical GTIN-14. Equal names are one code. */
export function namesOfCode(kind: CodeKind, value: string): string[] {
  const { gtin } = parseIdentifier(kind, value);
  return gtin === null ? [`${kind} ${value}`] : [`${kind} ${value}`, gtin];
}

/** The names of all codes of the SKU. */
export function codeNamesOf(sku: Sku): string[] {
  return codeKinds.flatMap((kind) => {
    const code = sku[kind];
    return code === null ? [] : namesOfCode(kind, code);
  });
}

/** A row that was rejected. */
export interface FeedProblem {
  /** The row's line in a CSV file or its number in a spreadsheet. */
  readonly line: number;
  /** A `Problem`, or one of `feedFaults`. */
  readonly code: string;
  readonly message: string;
}

/** Why a feed rejects a row that a single update would not meet. */
export const feedFaults = ['DUPLICATE_SKU', 'IDENTIFIERS_DISAGREE', 'BACKORDER_DATE_MISSING'] as const;
export type FeedFault = (typeof feedFaults)[number];

/** A change that a feed would make. */
export interface PreviewedChange {
  readonly skuId: string;
  readonly before: InventoryState;
  readonly after: InventoryState;
}

/** A report lists at most so many changes. */
export const MAX_PREVIEWED = 100;
/** A report lists at most so many problems. */
export const MAX_REPORTED_PROBLEMS = 1_000;

/** What a feed did, or would do. Each row read is applied, unchanged, stale or rejected. */
export interface FeedReport {
  readonly mode: FeedMode;
  /** Whether the sender asked for a dry run. */
  readonly dryRun: boolean;
  readonly rows: number;
  readonly applied: number;
  readonly unchanged: number;
  /** Rows older than what is stored. */
  readonly stale: number;
  readonly rejected: number;
  /** SKUs that went from stock to 0: named by a row, or left out by a full file. */
  readonly zeroed: number;
  /** Units in stock, before and after, of all SKUs that the feed names or sets to 0. */
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  /** The MAX_PREVIEWED largest changes, in units in stock, that a dry run or a held feed would make. The largest comes first. */
  readonly preview: readonly PreviewedChange[];
  /** What the feed's changes have in common; null where nothing was stored. */
  readonly groupId: string | null;
  /** The file's first columns that are not read. */
  readonly ignored: readonly string[];
  /** What some of them may mean, in sentences. */
  readonly hints: readonly string[];
  /** The first MAX_REPORTED_PROBLEMS, in the order of the file. */
  readonly problems: readonly FeedProblem[];
}

/** QUEUED, then READING (judged as a whole), then APPLYING. DONE, REFUSED (nothing was stored) and FAILED are ends. */
export const feedStates = ['QUEUED', 'READING', 'APPLYING', 'DONE', 'REFUSED', 'FAILED'] as const;
export type FeedState = (typeof feedStates)[number];

/** Feeds that wait at most: of one supplier, and of all together. */
export const MAX_WAITING_FEEDS = { ofSupplier: 4, inAll: 64 } as const;

/** A file that was handed in, with what its sender asked for. */
export interface NewFeed {
  readonly supplierId: string;
  /** A UUID. The feed's changes have it as their group. */
  readonly feedId: string;
  readonly actor: string;
  readonly filename: string | null;
  /** The sheet of a workbook; null: the first that is not hidden. */
  readonly sheet: string | null;
  readonly mode: FeedMode;
  readonly dryRun: boolean;
  readonly allowZeroing: number | null;
  /** When the rows were true that say nothing of it themselves: ISO 8601, UTC, milliseconds. */
  readonly asOf: string;
  readonly reason: string | null;
  readonly referenceDocumentUri: string | null;
  readonly idempotencyKey: string | null;
  /** Its sender may not view SKUs: what is told of rejected rows says nothing of their state. */
  readonly isBlind: boolean;
  /** SHA-256 of the file and of what was asked for, in hexadecimal. */
  readonly fingerprint: string;
  readonly createdAt: string;
}

/** What is wrong with the as-of time of a feed that comes now; null if nothing is. */
export function describeAhead(asOf: string, now: string): string | null {
  return isAhead(asOf, now) ? describeRefusal({ problem: 'AS_OF_IN_FUTURE', asOf, now }) : null;
}

/** Why nothing of a feed was stored, or why it ended early. */
export interface FeedRefusal {
  readonly code: 'ZEROING_HELD' | 'FILE_UNREADABLE' | 'INTERNAL_SERVER_ERROR';
  readonly message: string;
  /** The number that lets a held feed through. */
  readonly allowZeroing?: number;
}

/** The counts of a report, without its problems. */
export type FeedSummary = Omit<FeedReport, 'problems'>;

/** A feed as it stands. */
export interface StoredFeed extends NewFeed {
  readonly state: FeedState;
  /** Greater after each step that was saved. */
  readonly revision: number;
  /** Rows that were judged. */
  readonly rowsRead: number;
  /** Rows that were applied or left out for good. */
  readonly rowsDone: number;
  /** Set once the feed is DONE or held. */
  readonly report: FeedSummary | null;
  readonly refusal: FeedRefusal | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** A feed with its first problems. They can be long, so a list of feeds has none. */
export interface WholeFeed extends StoredFeed {
  readonly problems: readonly FeedProblem[];
}

/** Where a feed stands among a supplier's feeds, which are listed newest first. */
export type FeedPosition = Pick<StoredFeed, 'createdAt' | 'feedId'>;

/** Answer to a new feed: it waits, its key is known already, or too many wait. */
export type FeedCreated =
  | { readonly outcome: 'CREATED' | 'REPLAYED'; readonly feed: WholeFeed }
  | { readonly outcome: 'KEY_REUSED' | 'TOO_MANY' };

/** The contract by which feeds are looked at. */
export interface FeedReads {
  /** The supplier's feed; null if it has none of this ID. */
  find(supplierId: string, feedId: string): Promise<WholeFeed | null>;
  /** The supplier's feeds of these IDs, in any order. Others are left out. */
  findAll(supplierId: string, feedIds: readonly string[]): Promise<StoredFeed[]>;
  /** The supplier's feeds after this position, or from the newest on. */
  list(supplierId: string, after: FeedPosition | null, limit: number): Promise<StoredFeed[]>;
  /** Resolves once the feed's revision is another one, or it has ended, or the signal aborts. Rejects after an outage (`OUTAGE_MS`). */
  untilPast(supplierId: string, feedId: string, revision: number, signal: AbortSignal): Promise<void>;
}

/** The contract that the doors call: handing in files, and looking at what became of them. */
export interface Feeds extends FeedReads {
  /** Queues a feed whose file is in the spool. */
  create(feed: NewFeed): Promise<FeedCreated>;
  /** Whether so many feeds wait that a new one would be refused. Asked before a body is read. */
  isFull(supplierId: string): Promise<boolean>;
  /** What is wrong with the as-of time of a feed that comes now; null if nothing is. Both times are ISO 8601. */
  describeAhead(asOf: string, now: string): string | null;
}
