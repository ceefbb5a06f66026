/** Group commit: everything that waits goes into one transaction, one fsync, and only then are the answers given. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutcomeUnknownError } from './transaction.ts';

/** Rows in one transaction at most; a single job that is larger gets its own. */
const MAX_BATCH_ROWS = 1_000;

export interface WriteQueue<Job, Answer> {
  /** Resolves with the job's answer once its transaction is on disk. `rows` is how many rows the job writes. */
  submit(job: Job, rows: number): Promise<Answer>;
  /** Resolves when all that was submitted is answered. */
  idle(): Promise<void>;
}

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly rows: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** `commit` runs one transaction for the jobs and returns an answer for each, in order. One runs at a time. */
export function createWriteQueue<Job, Answer>(
  commit: (jobs: readonly Job[]) => Promise<readonly Answer[]>,
): WriteQueue<Job, Answer> {
  let waiting: Waiting<Job, Answer>[] = [];
  let running: Promise<void> | undefined;

  return {
    submit: (job, rows) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, rows, resolve, reject });
        running ??= drain();
      }),
    idle: () => running ?? Promise.resolve(),
  };

  async function drain(): Promise<void> {
    // Requests that arrived together are parsed in one turn of the event loop: let all of them join.
    await nextTurn();
    while (waiting.length > 0) {
      await settle(takeBatch());
      await nextTurn();
    }
    running = undefined;
  }

  function takeBatch(): Waiting<Job, Answer>[] {
    let rows = 0;
    const end = waiting.findIndex((entry, i) => (rows += entry.rows) > MAX_BATCH_ROWS && i > 0);
    const batch = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? [] : waiting.slice(end);
    return batch;
  }

  async function settle(batch: readonly Waiting<Job, Answer>[]): Promise<void> {
    try {
      const answers = await commit(batch.map(({ job }) => job));
      batch.forEach((entry, i) => {
        const answer = answers[i];
        if (answer === undefined) entry.reject(new Error('A committed job has no answer.'));
        else entry.resolve(answer);
      });
    } catch (error) {
      // The transaction is undone as a whole; a job that cannot be committed must not take its neighbours along.
      // But what may be stored already must not be stored again.
      if (batch.length === 1 || error instanceof OutcomeUnknownError) {
        for (const entry of batch) entry.reject(error);
      } else for (const entry of batch) await settle([entry]);
    }
  }
}
