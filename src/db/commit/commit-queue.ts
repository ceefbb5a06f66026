/** Group commit: everything that waits goes into one transaction, one fsync, and only then are the answers given. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { Load } from './admission.ts';
import { createTurns, type Waiting } from './turns.ts';

/** How often to look whether those who rest may go on, while nobody else waits; in milliseconds. */
const REST_LOOK_MS = 2;

export interface WriteQueue<Job, Answer> {
  /** Resolves with the job's answer once its transaction is on disk. `rows` is how many rows the job writes. */
  submit(job: Job, rows: number, supplierId: string): Promise<Answer>;
  /** What waits for its transaction to begin. */
  backlog(): Load;
  /** Whether several suppliers wait, or were served within the last second. */
  isShared(): boolean;
  /** Resolves when all that was submitted is answered. */
  idle(): Promise<void>;
}

interface Entry<Job, Answer> extends Waiting {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

type Batch<Job, Answer> = readonly Entry<Job, Answer>[];

/** Runs one transaction for the jobs; gives an answer for each, in order, or the error of one that alone cannot be served. */
export type CommitJobs<Job, Answer> = (jobs: readonly Job[]) => Promise<readonly (Answer | Error)[]>;

/** At most `maxRunning` commits run at a time. */
export function createWriteQueue<Job, Answer>(
  commit: CommitJobs<Job, Answer>,
  maxRunning = 1,
): WriteQueue<Job, Answer> {
  const turns = createTurns<Entry<Job, Answer>>();
  let starting: Promise<void> | undefined;
  let resting: Promise<void> | undefined;
  const running = new Set<Promise<() => void>>();

  const start = () => {
    starting = resting = undefined;
    while (running.size < maxRunning && turns.backlog().requests > 0) {
      const batch = turns.takeBatch();
      if (batch.length === 0) {
        resting ??= pause(REST_LOOK_MS).then(startSoon);
        return;
      }
      const settling = settle(commit, batch);
      running.add(settling);
      void finish(settling, batch, performance.now());
    }
  };
  // Requests that arrived together are read in one turn of the event loop: let all of them join.
  const startSoon = () => (starting ??= nextTurn().then(start));
  const finish = async (settling: Promise<() => void>, batch: Batch<Job, Answer>, started: number) => {
    const giveAnswers = await settling;
    turns.served(batch, performance.now() - started);
    running.delete(settling);
    // A single commit may block this thread: its answers go out before the next one, which also waits for what arrived meanwhile.
    // Where several run at a time they wait for another process: the next is on its way there while these answers are written.
    if (maxRunning > 1) start();
    giveAnswers();
    if (turns.backlog().requests > 0) void startSoon();
  };
  return {
    submit: (job, rows, supplierId) =>
      new Promise((resolve, reject) => {
        turns.add({ job, rows, supplierId, resolve, reject });
        void startSoon();
      }),
    backlog: turns.backlog,
    isShared: turns.isShared,
    idle: async () => {
      // With a turn in which those who asked take their answers.
      while (starting || resting || running.size > 0)
        await Promise.all([starting, resting, ...running, nextTurn()]);
    },
  };
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
        else if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
  } catch (error) {
    // The transaction is undone as a whole; a job that cannot be committed must not take its neighbours along. But what
    // may be stored already must not be stored again, and what the store cannot take now it cannot take one by one.
    if (batch.length === 1 || isStoreTrouble(error)) {
      return () => batch.forEach(({ reject }) => reject(error));
    }
    const gives: (() => void)[] = [];
    for (const entry of batch) gives.push(await settle(commit, [entry]));
    return () => gives.forEach((giveAnswer) => giveAnswer());
  }
}

function isStoreTrouble(error: unknown): boolean {
  return (
    error instanceof UnavailableError &&
    (error.code === 'STORE_UNAVAILABLE' || error.code === 'OUTCOME_UNKNOWN')
  );
}
