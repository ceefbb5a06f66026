/** Group commit: everything that waits goes into one transaction, one fsync, and only then are the answers given. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '../unavailable.ts';

/** Rows in one transaction at most; a single job that is larger gets its own. */
export const MAX_BATCH_ROWS = 1_000;

export interface WriteQueue<Job, Answer> {
  /** Resolves with the job's answer once its transaction is on disk. `rows` is how many rows the job writes. */
  submit(job: Job, rows: number): Promise<Answer>;
  /** How many rows each job writes that waits for its transaction to begin. */
  waiting(): number[];
  /** Resolves when all that was submitted is answered. */
  idle(): Promise<void>;
}

interface Waiting<Job, Answer> {
  readonly job: Job;
  readonly rows: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

type Batch<Job, Answer> = readonly Waiting<Job, Answer>[];

/** Runs one transaction for the jobs; gives an answer for each, in order. */
export type CommitJobs<Job, Answer> = (jobs: readonly Job[]) => Promise<readonly Answer[]>;

/** At most `maxRunning` commits run at a time. */
export function createWriteQueue<Job, Answer>(
  commit: CommitJobs<Job, Answer>,
  maxRunning = 1,
): WriteQueue<Job, Answer> {
  let waiting: Waiting<Job, Answer>[] = [];
  let starting: Promise<void> | undefined;
  const running = new Set<Promise<() => void>>();

  const start = () => {
    starting = undefined;
    while (running.size < maxRunning && waiting.length > 0) {
      const batch = takeBatch(waiting);
      waiting = waiting.slice(batch.length);
      const settling = settle(commit, batch);
      running.add(settling);
      void finish(settling);
    }
  };
  const finish = async (settling: Promise<() => void>) => {
    const giveAnswers = await settling;
    running.delete(settling);
    // What waits is on its way to the disk while these answers are written.
    start();
    giveAnswers();
  };
  return {
    submit: (job, rows) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, rows, resolve, reject });
        // Requests that arrived together are parsed in one turn of the event loop: let all of them join.
        starting ??= nextTurn().then(start);
      }),
    waiting: () => waiting.map(({ rows }) => rows),
    idle: async () => {
      // With a turn in which those who asked take their answers.
      while (starting || running.size > 0) await Promise.all([starting, ...running, nextTurn()]);
    },
  };
}

/** The first of what waits, as far as it fits. */
function takeBatch<Job, Answer>(waiting: Batch<Job, Answer>): Batch<Job, Answer> {
  let rows = 0;
  const end = waiting.findIndex((entry, i) => (rows += entry.rows) > MAX_BATCH_ROWS && i > 0);
  return end < 0 ? waiting : waiting.slice(0, end);
}

/** Commits a batch; what comes back gives the answers. */
async function settle<Job, Answer>(
  commit: CommitJobs<Job, Answer>,
  batch: Batch<Job, Answer>,
): Promise<() => void> {
  try {
    const answers = await commit(batch.map(({ job }) => job));
    return () =>
      batch.forEach(({ resolve, reject }, i) => {
        const answer = answers[i];
        if (answer === undefined) reject(new Error('A committed job has no answer.'));
        else resolve(answer);
      });
  } catch (error) {
    // The transaction is undone as a whole; a job that cannot be committed must not take its neighbours along. But what
    // may be stored already must not be stored again, and what the store cannot take now it cannot take one by one.
    if (batch.length === 1 || error instanceof UnavailableError) {
      return () => batch.forEach(({ reject }) => reject(error));
    }
    const gives: (() => void)[] = [];
    for (const entry of batch) gives.push(await settle(commit, [entry]));
    return () => gives.forEach((giveAnswer) => giveAnswer());
  }
}
