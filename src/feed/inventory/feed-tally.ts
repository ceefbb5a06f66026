/** Counts what became of a feed's rows, and keeps the first problems. */
import {
  MAX_PREVIEWED,
  MAX_REPORTED_PROBLEMS,
  type FeedProblem,
  type FeedReport,
  type PreviewedChange,
} from '../../domain/feed.ts';
import { currentOf, describeRefusal, describeRefusalBlindly, type Refusal } from '../../domain/refusal.ts';
import { quote } from '../findings.ts';
import type { RowResult } from '../../domain/update.ts';
import type { StoredRow, Withheld } from './feed-rows.ts';

export interface FeedCounts extends Pick<
  FeedReport,
  | 'rows'
  | 'applied'
  | 'unchanged'
  | 'stale'
  | 'rejected'
  | 'zeroed'
  | 'unitsBefore'
  | 'unitsAfter'
  | 'preview'
  | 'problems'
> {
  /** Rejected rows by their code, the most frequent first. */
  readonly causes: readonly (readonly [code: string, rows: number])[];
}

/** The counts of one pass through a file. They go on from `saved`, where a process ended in the middle of one. */
export class FeedTally {
  #counts = {
    ...{ rows: 0, applied: 0, unchanged: 0, stale: 0, rejected: 0, zeroed: 0 },
    ...{ unitsBefore: 0, unitsAfter: 0 },
  };
  readonly #preview: PreviewedChange[] = [];
  readonly #causes = new Map<string, number>();
  readonly #problems: FeedProblem[] = [];
  readonly #explain: (refusal: Refusal) => string;

  /** `isBlind`: the messages say nothing of the state of a SKU. */
  constructor(isBlind: boolean, saved?: FeedCounts) {
    this.#explain = isBlind ? explainBlindly : explain;
    if (!saved) return;
    const { rows, applied, unchanged, stale, rejected, zeroed, unitsBefore, unitsAfter } = saved;
    this.#counts = { rows, applied, unchanged, stale, rejected, zeroed, unitsBefore, unitsAfter };
    for (const [code, count] of saved.causes) this.#causes.set(code, count);
    this.#problems.push(...saved.problems);
  }

  get rows(): number {
    return this.#counts.rows;
  }

  /** Counts a row of the file. Returns why it was rejected, or null. */
  note(line: number, result: RowResult | StoredRow | Withheld): FeedProblem | null {
    this.#counts.rows += 1;
    const problem = this.#problemOf(line, result);
    if (!problem) return null;
    this.#counts.rejected += 1;
    this.#causes.set(problem.code, (this.#causes.get(problem.code) ?? 0) + 1);
    this.#keep(problem);
    return problem;
  }

  /** Counts a SKU that the file leaves out. */
  noteOmitted(result: RowResult | StoredRow): void {
    this.#noteState(result);
  }

  finish(): FeedCounts {
    const causes = Array.from(this.#causes).toSorted(([, a], [, b]) => b - a);
    return { ...this.#counts, preview: this.#preview, problems: this.#problems, causes };
  }

  #problemOf(line: number, result: RowResult | StoredRow | Withheld): FeedProblem | null {
    if ('code' in result) return { line, ...result };
    this.#noteState(result);
    switch (result.outcome) {
      case 'APPLIED':
      case 'DRY_RUN':
        this.#counts.applied += 1;
        return null;
      case 'UNCHANGED':
        this.#counts.unchanged += 1;
        return null;
      case 'STALE_IGNORED':
        this.#counts.stale += 1;
        return null;
      case 'REJECTED':
        return { line, code: result.refusal.problem, message: this.#explain(result.refusal) };
    }
  }

  #noteState(result: RowResult | StoredRow): void {
    const [before, after] = quantitiesOf(result);
    this.#counts.unitsBefore += before;
    this.#counts.unitsAfter += after;
    if (result.outcome === 'DRY_RUN') this.#previewed(result.change);
    if (before > 0 && after === 0) this.#counts.zeroed += 1;
  }

  /** Keeps the change if it is one of the largest so far. */
  #previewed({ skuId, before, after }: PreviewedChange): void {
    const preview = this.#preview;
    const size = sizeOf({ before, after });
    const last = preview.at(-1);
    const isFull = preview.length >= MAX_PREVIEWED;
    if (isFull && last && sizeOf(last) >= size) return;
    const at = preview.findLastIndex((kept) => sizeOf(kept) >= size) + 1;
    preview.splice(at, 0, { skuId, before, after });
    if (isFull) preview.pop();
  }

  #keep(problem: FeedProblem): void {
    if (this.#problems.length < MAX_REPORTED_PROBLEMS) this.#problems.push(problem);
  }
}

/** Units in stock that a change adds or takes away. */
function sizeOf({ before, after }: Pick<PreviewedChange, 'before' | 'after'>): number {
  return Math.abs(after.quantityInStock - before.quantityInStock);
}

/** A row is looked at later, by someone who cannot ask: so it says who changed the SKU, and when. */
function explain(refusal: Refusal): string {
  const text = describeMissing(refusal) ?? describeRefusal(refusal);
  if (refusal.problem !== 'PRECONDITION_FAILED' || !refusal.lastChange) return text;
  const { actor, changedAt } = refusal.lastChange;
  return `${text} The last change was made by ${actor} at ${changedAt}.`;
}

function explainBlindly(refusal: Refusal): string {
  return describeMissing(refusal) ?? describeRefusalBlindly(refusal);
}

/** Says of a SKU that is not found what its sender can do; null for another refusal. A file may come without a token. */
function describeMissing(refusal: Refusal): string | null {
  if (refusal.problem !== 'SKU_NOT_FOUND') return null;
  const { kind, value } = refusal.identifier;
  const column = kind === 'skuId' ? 'sku_id' : kind;
  return `No SKU of this supplier has the ${column} ${quote(value)}. Correct the code, or add the SKU to the catalog first.`;
}

/** Units in stock of the row's SKU, before and after it. */
function quantitiesOf(result: RowResult | StoredRow): [before: number, after: number] {
  switch (result.outcome) {
    case 'APPLIED':
    case 'DRY_RUN':
      return [result.change.before.quantityInStock, result.change.after.quantityInStock];
    case 'UNCHANGED':
    case 'STALE_IGNORED':
      return [result.sku.quantityInStock, result.sku.quantityInStock];
    case 'REJECTED': {
      const stays = currentOf(result.refusal)?.quantityInStock ?? 0;
      return [stays, stays];
    }
  }
}
