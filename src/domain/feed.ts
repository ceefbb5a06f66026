/** Inventory feeds: files that set many SKUs at once, the brake that keeps one from emptying a shop, and the report. */
import { codeKinds, parseIdentifier, type CodeKind, type Identifier } from './identifier.ts';
import type { Sku } from './sku.ts';

/** `delta`: SKUs that the file does not name stay as they are. `full`: what they have in stock is set to 0. */
export const feedModes = ['delta', 'full'] as const;
export type FeedMode = (typeof feedModes)[number];

/** Up to so many SKUs may go to zero without being allowed, however small the shop. */
const FREE_ZEROS = 10;
/** Beyond that, so large a part of the SKUs in stock may. */
const FREE_PART = 0.2;

/** What a feed would do to the SKUs that its supplier has in stock. */
export interface Zeroing {
  /** Rows of the file that could be applied. */
  readonly rows: number;
  /** SKUs with at least one unit in stock before the feed. */
  readonly inStock: number;
  /** Those of them that the feed would set to 0, named or left out. */
  readonly zeroed: number;
}

/**
 * Whether the brake holds the feed. `allowed`: up to how many SKUs the sender has allowed to go to zero; null if nothing was said. A file
 * without a row that could be applied is a mistake more often than a wish, so it needs to be allowed too.
 */
export function isHeld({ rows, inStock, zeroed }: Zeroing, allowed: number | null): boolean {
  if (allowed !== null) return zeroed > allowed;
  return rows === 0 || (zeroed > FREE_ZEROS && zeroed > FREE_PART * inStock);
}

/** Says why the brake holds a feed. The sentence after it says how to let it through. */
export function describeHeld({ rows, inStock, zeroed }: Zeroing): string {
  const reasons: string[] = [];
  if (rows === 0) reasons.push('The file has no row that could be applied.');
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
  /** What the feed's changes have in common; null where nothing was stored. */
  readonly groupId: string | null;
  /** The first MAX_REPORTED_PROBLEMS, in the order of the file. */
  readonly problems: readonly FeedProblem[];
}
