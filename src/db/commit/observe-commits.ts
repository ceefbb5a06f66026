/** Lets others know of each transaction of the write queue, without their being able to harm it. */
import type { ChangeSource } from '../../domain/change.ts';
import type { RowResult, UpdateRequest } from '../../domain/update.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { Applied } from '../update/apply-updates.ts';

/** Dry runs are no part of a commit. */
export type RowOutcome = Exclude<RowResult['outcome'], 'DRY_RUN'> | 'REPLAYED';

/** What a transaction did, in numbers: small enough to be told to other threads. */
export interface CommitSummary {
  /** How long it took, with its fsync. */
  readonly ms: number;
  /** Rows of its requests. */
  readonly rows: number;
  /** The newest position of each supplier that has new changes. */
  readonly positions: readonly (readonly [supplierId: string, position: number])[];
  /** How many rows were answered so, by the source of their request. */
  readonly outcomes: readonly (readonly [source: ChangeSource, outcome: RowOutcome, count: number])[];
  readonly refusals: readonly (readonly [problem: Problem, count: number])[];
}

export interface CommitObserver {
  committed(commit: CommitSummary): void;
  failed(error: unknown): void;
}

type Commit = (requests: readonly UpdateRequest[]) => Promise<readonly Applied[]>;

/** `commit`, observed. */
export function observeCommits(commit: Commit, observers: readonly CommitObserver[]): Commit {
  return async (requests) => {
    const started = performance.now();
    try {
      const answers = await commit(requests);
      const ms = performance.now() - started;
      // An error thrown here would have the queue run again what is on disk.
      unharmed(() => tellCommitted(observers, summarize(requests, answers, ms)));
      return answers;
    } catch (error) {
      tellFailed(observers, error);
      throw error;
    }
  };
}

export function tellCommitted(observers: readonly CommitObserver[], commit: CommitSummary): void {
  for (const observer of observers) unharmed(() => observer.committed(commit));
}

export function tellFailed(observers: readonly CommitObserver[], error: unknown): void {
  for (const observer of observers) unharmed(() => observer.failed(error));
}

function unharmed(tell: () => void): void {
  try {
    tell();
  } catch {
    // A count that is lost is no reason to fail an update.
  }
}

function summarize(
  requests: readonly UpdateRequest[],
  answers: readonly Applied[],
  ms: number,
): CommitSummary {
  const positions = new Map<string, number>();
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
        positions.set(supplierId, Math.max(positions.get(supplierId) ?? 0, result.change.position ?? 0));
      }
    }
  });
  return {
    ms,
    rows: requests.reduce((total, { rows }) => total + rows.length, 0),
    positions: [...positions],
    outcomes: Array.from(outcomes, ([source, counts]) =>
      Array.from(counts, ([outcome, count]) => [source, outcome, count] as const),
    ).flat(),
    refusals: [...refusals],
  };
}

function add<Key>(counts: Map<Key, number>, key: Key, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
