/** Group commit: jobs that wait share one transaction and one fsync, and are answered after it. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { Load } from './admission.ts';
import { createTurns, type Waiting } from './turns.ts';

/** If all lines that wait must rest, look again after this many milliseconds. */
const REST_LOOK_MS = 2;

/** Jobs that wait for a transaction. */
export interface WriteQueue<Job, Answer> {
  /**
   * Resolves with the job's answer once its transaction is on disk. Rejects with the job's own error, or with that of its transaction.
   * `rows`: how many rows it writes. `line`: where it waits (turns.ts). `isApart`: it shares its transaction with no other job.
   */
  submit(job: Job, rows: number, line: string, isApart?: boolean): Promise<Answer>;
  /** The jobs that wait for their transaction to begin. */
  backlog(): Load;
  /** Whether several lines wait, or were served within the last second. */
  isShared(): boolean;
  /** Resolves when all that was submitted is answered. */
  idle(): Promise<void>;
}

interface Entry<Job, Answer> extends Waiting {
  readonly job: Job;
  readonly submittedAt: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

type Batch<Job, Answer> = readonly Entry<Job, Answer>[];

/** Runs one transaction for the jobs. Resolves to an answer for each, in order, or to the error of that job alone. */
export type CommitJobs<Job, Answer> = (jobs: readonly Job[]) => Promise<readonly (Answer | Error)[]>;

export interface QueueOptions {
  /** Transactions at a time, at most. Default: 1. */
  readonly maxRunning?: number;
  /** A job that has waited for longer is rejected unstored, with STORE_UNAVAILABLE. In milliseconds. Default: never. */
  readonly maxWaitMs?: number;
  /**
   * How long to rest before the next transaction, in milliseconds, so that more jobs share it. While it is more than 0, one transaction
   * runs at a time. Default: 0.
   */
  readonly restMs?: () => number;
}

/** Creates an empty queue. */
export function createWriteQueue<Job, Answer>(
  commit: CommitJobs<Job, Answer>,
  { maxRunning = 1, maxWaitMs = Infinity, restMs = () => 0 }: QueueOptions = {},
): WriteQueue<Job, Answer> {
  const turns = createTurns<Entry<Job, Answer>>();
  let starting: Promise<void> | undefined;
  let resting: Promise<void> | undefined;
  const running = new Set<Promise<() => void>>();

  const start = () => {
    starting = resting = undefined;
    const maxNow = restMs() > 0 ? 1 : maxRunning;
    while (running.size < maxNow && turns.backlog().requests > 0) {
      const batch = turns.takeBatch();
      if (batch.length === 0) return void (resting ??= pause(REST_LOOK_MS).then(startSoon));
      const settling = settle(commit, refuseLate(batch, maxWaitMs));
      running.add(settling);
      void finish(settling, batch, performance.now());
    }
  };
  // Requests that arrive together are read in one turn of the event loop. Wait a turn so that all of them join.
  const startSoon = () => (starting ??= nextTurn().then(start));
  const finish = async (settling: Promise<() => void>, batch: Batch<Job, Answer>, started: number) => {
    const giveAnswers = await settling;
    turns.served(batch, performance.now() - started);
    running.delete(settling);
    // A lone job that nobody waits behind would rest in vain.
    const rest = batch.length + turns.backlog().requests > 1 ? restMs() : 0;
    if (rest > 0) starting ??= pause(rest).then(start);
    // A SQLite commit blocks this thread, so answer before the next one begins. The next one then takes the jobs that arrived meanwhile.
    // PostgreSQL commits in another process, so send the next one before these answers are written.
    else if (maxRunning > 1) start();
    giveAnswers();
    if (turns.backlog().requests > 0) void startSoon();
  };
  return {
    submit: (job, rows, line, isApart = false) =>
      new Promise((resolve, reject) => {
        turns.add({ job, submittedAt: performance.now(), rows, line, isApart, resolve, reject });
        void startSoon();
      }),
    backlog: turns.backlog,
    isShared: turns.isShared,
    idle: async () => {
      // Wait one more event-loop turn so that callers' continuations run.
      while (starting || resting || running.size > 0)
        await Promise.all([starting, resting, ...running, nextTurn()]);
    },
  };
}

/** Rejects the jobs whose callers have waited too long, and returns the others. */
function refuseLate<Job, Answer>(batch: Batch<Job, Answer>, maxWaitMs: number): Batch<Job, Answer> {
  const since = performance.now() - maxWaitMs;
  if (batch.every(({ submittedAt }) => submittedAt >= since)) return batch;
  for (const { submittedAt, reject } of batch)
    if (submittedAt < since)
      reject(new UnavailableError('STORE_UNAVAILABLE', new Error('Earlier commits took too long.')));
  return batch.filter(({ submittedAt }) => submittedAt >= since);
}

/** Commits a batch. Resolves to a function that answers its jobs. */
async function settle<Job, Answer>(
  commit: CommitJobs<Job, Answer>,
  batch: Batch<Job, Answer>,
): Promise<() => void> {
  if (batch.length === 0) return () => undefined;
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
    // The whole transaction is rolled back. Run the jobs one by one, so that a bad job does not fail its neighbours. Do not after store
    // trouble: jobs that may be stored must not run twice, and a store that takes no writes takes no single job either.
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
