/** The rows of an inventory file on their way to the inventory: which SKU each names, and which are not sent. */
import { isNamedBy, type FeedFault } from '../../domain/feed.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { currentOf, type Match } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';
import type { InventoryUpdate, RowResult } from '../../domain/update.ts';
import type { InventoryValues, RowFaultCode } from './inventory-cells.ts';
import type { FileRow } from './inventory-file.ts';
import type { Row } from '../row.ts';

/** Why a row was not sent. */
export interface Withheld {
  readonly code: RowFaultCode | FeedFault;
  readonly message: string;
}

/** A row of the file, and what became of it. */
export interface TakenRow {
  readonly row: Row;
  readonly result: RowResult | Withheld;
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
 * same. Takes about 100 bytes for each SKU that the file names.
 *
 * A SKU that two rows name is a fault of the file: nobody can know which row holds. It also keeps dry runs true, because no row then
 * depends on another.
 */
export class FeedRows {
  readonly #inventory: Pick<Inventory, 'find'>;
  readonly #source: FeedSource;
  /** The line that named each SKU first. */
  readonly #lines = new Map<string, number>();
  /** SKUs that rejected rows name. */
  readonly #mentioned = new Set<string>();
  /** For each row of the file: the line that named its SKU before, DISAGREE or NEEDS_DATE; 0 if the row is sent. */
  #leftOut = new Uint32Array(FIRST_ROWS);

  constructor(inventory: Pick<Inventory, 'find'>, source: FeedSource) {
    this.#inventory = inventory;
    this.#source = source;
  }

  /** Whether the file names this SKU, even in a row that is rejected: a mistake in another cell must not empty the SKU. */
  names(skuId: string): boolean {
    return this.#lines.has(skuId) || this.#mentioned.has(skuId);
  }

  /** In the first pass: sends rows as a dry run, and notes what they name. `start` is the index of the first of them in the file. */
  async judge(rows: readonly FileRow[], start: number, send: Send): Promise<TakenRow[]> {
    this.#makeRoom(start + rows.length);
    const sent = await this.#send(rows, start, send);
    await this.#noteMentioned(rows);
    rows.forEach(({ row, read }, i) => {
      const result = sent[i];
      const sku = result && skuOf(result);
      if (!sku || !('values' in read)) return;
      const agree = read.values.identifiers.every((identifier) => isNamedBy(sku, identifier));
      if (!agree) this.#mentioned.add(sku.skuId);
      const before = agree ? this.#noteNamed(sku.skuId, row.line) : DISAGREE;
      this.#leftOut[start + i] = before === 0 && lacksDate(result) ? NEEDS_DATE : before;
    });
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
    const sent = rows.flatMap(({ read }, i) =>
      'values' in read && this.#leftOut[start + i] === 0
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
      const result = sent[i];
      return { row, result: why === 0 && result ? result : explain(why) };
    });
  }

  /** The line that named the SKU before; 0 if this is the first. */
  #noteNamed(skuId: string, line: number): number {
    const before = this.#lines.get(skuId);
    if (before === undefined) this.#lines.set(skuId, line);
    return before ?? 0;
  }

  async #noteMentioned(rows: readonly FileRow[]): Promise<void> {
    const identifiers = rows.flatMap(({ read }) => ('code' in read ? read.identifiers : []));
    if (identifiers.length === 0) return;
    for (const match of await this.#inventory.find(this.#source.supplierId, identifiers)) {
      for (const skuId of skuIdsOf(match)) this.#mentioned.add(skuId);
    }
  }
}

function skuIdsOf(match: Match): string[] {
  if ('sku' in match) return [match.sku.skuId];
  return match.refusal.problem === 'AMBIGUOUS_IDENTIFIER'
    ? match.refusal.candidates.map(({ skuId }) => skuId)
    : [];
}

/** The SKU that the row names, as it was before the row. */
function skuOf(result: RowResult): Sku | null {
  return result.outcome === 'REJECTED' ? currentOf(result.refusal) : result.sku;
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
        message: `Line ${why} names this SKU already. Keep the row that is right, and remove the other.`,
      };
  }
}
