/** The rows of an inventory file on their way to the inventory: which SKU each names, and which are not sent. */
import type { InventoryChange } from '../../domain/change.ts';
import { codeNamesOf, isNamedBy, namesOfCode, type FeedFault } from '../../domain/feed.ts';
import type { Identifier } from '../../domain/identifier.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { currentOf } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';
import type { InventoryUpdate, RowResult } from '../../domain/update.ts';
import type { InventoryValues, RowFaultCode } from './inventory-cells.ts';
import type { FileRow } from './inventory-file.ts';
import type { Row } from '../row.ts';
import { SkuLines } from './sku-lines.ts';

/** Why a row was not sent. */
export interface Withheld {
  readonly code: RowFaultCode | FeedFault;
  readonly message: string;
}

/** A row that was stored before the process ended in the middle of the feed. */
export interface StoredRow {
  readonly outcome: 'APPLIED';
  readonly change: InventoryChange;
}

/** A row of the file, and what became of it. */
export interface TakenRow {
  readonly row: Row;
  readonly result: RowResult | StoredRow | Withheld;
}

/** Whose file it is, and when its rows were true that do not say it; null: when they are applied. */
export interface FeedSource {
  readonly supplierId: string;
  readonly asOf: string | null;
}

/** Sends updates to the inventory. Resolves to their results, in order. */
export type Send = (updates: readonly InventoryUpdate[]) => Promise<readonly RowResult[]>;

/** In place of a line: the row's identifiers do not name one SKU. */
const DISAGREE = 0xffff_ffff;
/** In place of a line: the row announces units without a date. */
const NEEDS_DATE = 0xffff_fffe;
const FIRST_ROWS = 1_024;

/**
 * What is known of one file's rows. The first pass through the file finds out which rows are left out, and later passes leave out the
 * same. Takes about 25 bytes for each SKU that the file names.
 *
 * A SKU that two rows name is a fault of the file: nobody can know which row holds. It also keeps dry runs true, because no row then
 * depends on another.
 */
export class FeedRows {
  readonly #inventory: Pick<Inventory, 'find'>;
  readonly #source: FeedSource;
  /** The line that named each SKU first. */
  readonly #lines = new SkuLines();
  /** SKUs that rejected rows name. */
  readonly #mentioned = new SkuLines();
  /** The names of codes in rejected rows that several SKUs share, by `namesOfCode`. */
  readonly #sharedCodes = new Set<string>();
  /** For each row of the file: the line that named its SKU before, DISAGREE or NEEDS_DATE; 0 if the row is sent. */
  #leftOut = new Uint32Array(FIRST_ROWS);
  /** Changes by the line of the row that made them, before the process ended. */
  readonly #stored = new Map<number, StoredRow>();

  constructor(inventory: Pick<Inventory, 'find'>, source: FeedSource) {
    this.#inventory = inventory;
    this.#source = source;
  }

  /** Whether the file names this SKU, even in a row that is rejected: a mistake in another cell must not empty the SKU. */
  names(sku: Sku): boolean {
    if (this.#lines.has(sku.skuId) || this.#mentioned.has(sku.skuId)) return true;
    return this.#sharedCodes.size > 0 && codeNamesOf(sku).some((name) => this.#sharedCodes.has(name));
  }

  /** After the first pass: the file's rows that made these changes are not sent again. Returns the changes that no row made. */
  noteStored(changes: readonly InventoryChange[]): InventoryChange[] {
    return changes.filter((change) => {
      const line = this.#lines.get(change.skuId);
      if (line !== undefined) this.#stored.set(line, { outcome: 'APPLIED', change });
      return line === undefined;
    });
  }

  /** Whether such a row is still to come. */
  get hasStored(): boolean {
    return this.#stored.size > 0;
  }

  /** In the first pass: sends rows as a dry run, and notes what they name. `start` is the index of the first of them in the file. */
  async judge(rows: readonly FileRow[], start: number, send: Send): Promise<TakenRow[]> {
    this.#makeRoom(start + rows.length);
    const sent = await this.#send(rows, start, send);
    const rejected: Identifier[] = [];
    rows.forEach(({ row, read }, i) => {
      if ('code' in read) return void rejected.push(...read.identifiers);
      const result = sent[i];
      const why = result ? this.#judgeRow(row.line, read.values, result) : 0;
      this.#leftOut[start + i] = why;
      if (why !== 0 || result?.outcome === 'REJECTED') rejected.push(...read.values.identifiers);
    });
    await this.#noteMentioned(rejected);
    return this.#taken(rows, start, sent);
  }

  /** In a later pass: sends the rows that were not left out. */
  async apply(rows: readonly FileRow[], start: number, send: Send): Promise<TakenRow[]> {
    return this.#taken(rows, start, await this.#send(rows, start, send));
  }

  #makeRoom(rows: number): void {
    if (rows <= this.#leftOut.length) return;
    const longer = new Uint32Array(Math.max(rows, this.#leftOut.length * 2));
    longer.set(this.#leftOut);
    this.#leftOut = longer;
  }

  /** The results of the rows that are sent, at the places of their rows. */
  async #send(rows: readonly FileRow[], start: number, send: Send): Promise<(RowResult | undefined)[]> {
    const sent = rows.flatMap(({ row, read }, i) =>
      'values' in read && this.#leftOut[start + i] === 0 && !this.#stored.has(row.line)
        ? [{ i, update: toUpdate(read.values, this.#source.asOf) }]
        : [],
    );
    const results = sent.length > 0 ? await send(sent.map(({ update }) => update)) : [];
    const placed: (RowResult | undefined)[] = Array.from(rows, () => undefined);
    sent.forEach(({ i }, n) => (placed[i] = results[n]));
    return placed;
  }

  #taken(rows: readonly FileRow[], start: number, sent: readonly (RowResult | undefined)[]): TakenRow[] {
    return rows.map(({ row, read }, i) => {
      if ('code' in read) return { row, result: { code: read.code, message: read.reason } };
      const why = this.#leftOut[start + i] ?? 0;
      const stored = this.#stored.get(row.line);
      if (stored) this.#stored.delete(row.line);
      if (stored) return { row, result: stored };
      const result = sent[i];
      return { row, result: why === 0 && result ? result : explain(why) };
    });
  }

  /** Why the row is left out, as in `#leftOut`; 0 if it is not. */
  #judgeRow(line: number, { identifiers }: InventoryValues, result: RowResult): number {
    const sku = result.outcome === 'REJECTED' ? currentOf(result.refusal) : result.sku;
    if (!sku) return 0;
    if (!identifiers.every((identifier) => isNamedBy(sku, identifier))) return DISAGREE;
    const before = this.#lines.get(sku.skuId);
    if (before !== undefined) return before;
    this.#lines.set(sku.skuId, line);
    return lacksDate(result) ? NEEDS_DATE : 0;
  }

  /** Notes the SKUs that rejected rows name. */
  async #noteMentioned(identifiers: readonly Identifier[]): Promise<void> {
    if (identifiers.length === 0) return;
    const matches = await this.#inventory.find(this.#source.supplierId, identifiers);
    matches.forEach((match, i) => {
      const identifier = identifiers[i];
      if ('sku' in match) this.#mentioned.set(match.sku.skuId, 1);
      // A refusal lists only some of the SKUs that share a code.
      else if (match.refusal.problem === 'AMBIGUOUS_IDENTIFIER' && identifier && identifier.kind !== 'skuId')
        for (const name of namesOfCode(identifier.kind, identifier.value)) this.#sharedCodes.add(name);
    });
  }
}

function toUpdate(
  { identifiers, version, asOf: ownAsOf, ...fields }: InventoryValues,
  fileAsOf: string | null,
): InventoryUpdate {
  const asOf = ownAsOf ?? fileAsOf;
  // A code may be shared by several SKUs. A skuId names one.
  const identifier = identifiers.find(({ kind }) => kind === 'skuId') ?? identifiers[0];
  if (!identifier) throw new Error('A row that names no SKU is rejected when it is read.');
  return {
    identifier,
    edit: { kind: 'SET', ...fields },
    ...(version !== undefined && { expected: { version } }),
    ...(asOf !== null && { asOf }),
  };
}

/** The documented feed: units on backorder that are announced need the date on which they are expected. */
function lacksDate(result: RowResult): boolean {
  if (result.outcome !== 'DRY_RUN') return false;
  const { before, after } = result.change;
  const isAnnounced =
    after.quantityOnBackorder !== before.quantityOnBackorder && after.quantityOnBackorder > 0;
  return isAnnounced && after.backorderDate === null;
}

function explain(why: number): Withheld {
  switch (why) {
    case DISAGREE:
      return {
        code: 'IDENTIFIERS_DISAGREE',
        message:
          'One of the codes in the row is not a code of the SKU that the row names. Correct or empty the wrong one.',
      };
    case NEEDS_DATE:
      return {
        code: 'BACKORDER_DATE_MISSING',
        message:
          'The row announces units on backorder, and the SKU has no backorder_date. Say when they are expected, such as 2026-12-24.',
      };
    default:
      return {
        code: 'DUPLICATE_SKU',
        message: `Line ${why} names this SKU already, and that row counts. If this row is the right one, correct line ${why} and remove this row.`,
      };
  }
}
