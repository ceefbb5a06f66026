/** Reports each transaction of the write queue to observers. An observer that throws does not affect the transaction. */
import type { ChangeSource, InventoryChange } from '../../domain/change.ts';
import type { RowResult, UpdateRequest } from '../../domain/update.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { SavedCatalog } from '../catalog/save-catalog.ts';
import type { Applied } from '../update/apply-updates.ts';
import type { CatalogPart } from './writer.ts';

/** The outcomes that a commit counts. Dry runs commit nothing. A replayed answer counts all its rows as REPLAYED. */
export type RowOutcome = Exclude<RowResult['outcome'], 'DRY_RUN'> | 'REPLAYED';

/** How far a transaction moved the log of a supplier. */
export interface Step {
  readonly supplierId: string;
  /** Its last position before, and the one after. */
  readonly before: number;
  readonly position: number;
  /** The time of the change at that position (ISO 8601). */
  readonly changedAt: string;
}

/** What a transaction did, in numbers that are quick to send to other threads. */
export interface CommitSummary {
  /** How long it took, with its fsync, in milliseconds. */
  readonly ms: number;
  /** Rows of its requests, or of its part of a catalog. */
  readonly rows: number;
  /** The newest position of each supplier with new changes. */
  readonly positions: readonly (readonly [supplierId: string, position: number])[];
  /** The same, with what tells these changes from others that may take their positions after a failover. */
  readonly steps: readonly Step[];
  /** Rows by the source of their request and by their outcome. */
  readonly outcomes: readonly (readonly [source: ChangeSource, outcome: RowOutcome, count: number])[];
  readonly refusals: readonly (readonly [problem: Problem, count: number])[];
}

/** Hears of each transaction. What its methods throw is ignored. */
export interface CommitObserver {
  /** The transaction is on disk. */
  committed(commit: CommitSummary): void;
  /** The transaction failed, or its outcome is unknown. */
  failed(error: unknown): void;
}

/** Wraps `commit` so that observers hear of each transaction. `summarize` makes the summary of a committed one. */
export function observeCommits<Jobs, Answers>(
  commit: (jobs: Jobs) => Promise<Answers>,
  summarize: (jobs: Jobs, answers: Answers) => Omit<CommitSummary, 'ms'>,
  observers: readonly CommitObserver[],
): (jobs: Jobs) => Promise<Answers> {
  return async (jobs) => {
    const started = performance.now();
    try {
      const answers = await commit(jobs);
      const ms = performance.now() - started;
      // If this threw, the queue would run transactions again that are on disk.
      unharmed(() => tellCommitted(observers, { ms, ...summarize(jobs, answers) }));
      return answers;
    } catch (error) {
      tellFailed(observers, error);
      throw error;
    }
  };
}

/** Reports a commit to all observers. Never throws. */
export function tellCommitted(observers: readonly CommitObserver[], commit: CommitSummary): void {
  for (const observer of observers) unharmed(() => observer.committed(commit));
}

/** Reports a failed transaction to all observers. Never throws. */
export function tellFailed(observers: readonly CommitObserver[], error: unknown): void {
  for (const observer of observers) unharmed(() => observer.failed(error));
}

function unharmed(tell: () => void): void {
  try {
    tell();
  } catch {
    // Observers only count. A lost count must not fail an update.
  }
}

/** The summary of a transaction of updates. Requests that were not served count no outcomes. */
export function summarizeUpdates(
  requests: readonly UpdateRequest[],
  answers: readonly Applied[],
): Omit<CommitSummary, 'ms'> {
  const steps = new Map<string, Step>();
  const outcomes = new Map<ChangeSource, Map<RowOutcome, number>>();
  const refusals = new Map<Problem, number>();
  requests.forEach(({ source, supplierId }, i) => {
    const answer = answers[i];
    if (!answer || answer instanceof Error) return;
    const counts = outcomes.get(source) ?? new Map<RowOutcome, number>();
    outcomes.set(source, counts);
    if (answer.replayed) return add(counts, 'REPLAYED', answer.results.length);
    if (answer.refusal) add(refusals, answer.refusal.problem);
    for (const result of answer.results) {
      if (result.outcome !== 'DRY_RUN') add(counts, result.outcome);
      if (result.outcome === 'REJECTED') add(refusals, result.refusal.problem);
      if (result.outcome === 'APPLIED') {
        steps.set(supplierId, toStep(result.change, steps.get(supplierId)?.before));
      }
    }
  });
  return {
    rows: requests.reduce((total, { rows }) => total + rows.length, 0),
    ...tellSteps([...steps.values()]),
    outcomes: Array.from(outcomes, ([source, counts]) =>
      Array.from(counts, ([outcome, count]) => [source, outcome, count] as const),
    ).flat(),
    refusals: [...refusals],
  };
}

/** The summary of a transaction that saved a part of a catalog. A created SKU counts as applied. */
export function summarizeSave(
  { rows }: CatalogPart,
  { counts, lastChange }: SavedCatalog,
): Omit<CommitSummary, 'ms'> {
  return {
    rows: rows.length,
    ...tellSteps(lastChange ? [toStep(lastChange, (lastChange.position ?? 0) - counts.changes)] : []),
    outcomes: [
      ['IMPORT', 'APPLIED', counts.created + counts.updated],
      ['IMPORT', 'UNCHANGED', counts.unchanged],
    ],
    refusals: [],
  };
}

/** The changes of a transaction come in the order of their positions, so the first one tells what was before. */
function toStep({ supplierId, position, changedAt }: InventoryChange, before = (position ?? 1) - 1): Step {
  return { supplierId, before, position: position ?? 0, changedAt };
}

function tellSteps(steps: readonly Step[]): Pick<CommitSummary, 'positions' | 'steps'> {
  return { positions: steps.map(({ supplierId, position }) => [supplierId, position]), steps };
}

function add<Key>(counts: Map<Key, number>, key: Key, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
