/** Lets others know of each transaction of the write queue, without their being able to harm it. */
import type { UpdateAnswer, UpdateRequest } from '../inventory.ts';

export interface CommitObserver {
  committed(requests: readonly UpdateRequest[], answers: readonly UpdateAnswer[], ms: number): void;
  failed(error: unknown): void;
}

type Commit = (requests: readonly UpdateRequest[]) => Promise<readonly UpdateAnswer[]>;

/** `commit`, observed. */
export function observeCommits(commit: Commit, observers: readonly CommitObserver[]): Commit {
  return async (requests) => {
    const started = performance.now();
    try {
      const answers = await commit(requests);
      const ms = performance.now() - started;
      // An error thrown here would have the queue run again what is on disk.
      for (const observer of observers) unharmed(() => observer.committed(requests, answers, ms));
      return answers;
    } catch (error) {
      for (const observer of observers) unharmed(() => observer.failed(error));
      throw error;
    }
  };
}

function unharmed(tell: () => void): void {
  try {
    tell();
  } catch {
    // A count that is lost is no reason to fail an update.
  }
}
