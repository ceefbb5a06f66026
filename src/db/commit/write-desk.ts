/** Takes the writes of all callers, admits them, and queues them for commits. */
import type { SaveCounts } from '../../domain/catalog.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import type { SavedCatalog } from '../catalog/save-catalog.ts';
import type { Applied } from '../update/apply-updates.ts';
import { createAdmission, type Load } from '../queue/admission.ts';
import { observeCommits, summarizeSave, summarizeUpdates, type CommitObserver } from './observe-commits.ts';
import type { StoreKind } from '../store/store.ts';
import { createWriteQueue } from '../queue/commit-queue.ts';
import { createPace } from '../queue/pace.ts';
import type { CatalogPart } from './writer.ts';

/** Transactions at a time. While one waits for PostgreSQL, the next is on its way. SQLite can only run one. */
const MAX_COMMITS: Record<StoreKind, number> = { sqlite: 1, postgres: 2 };

/** How long a write waits for its transaction, in milliseconds. PostgreSQL's commits can wait for a standby, and its callers behind them. */
const MAX_WAIT_MS: Record<StoreKind, number> = { sqlite: Infinity, postgres: 5_000 };

/** Where all writes of the thread arrive. */
export interface WriteDesk {
  /** Resolves once the update is on disk. Throws UnavailableError if too much waits, or if the store takes no writes. */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** Saves the part in a transaction of its own. Resolves once it is on disk. Throws as `update` does. */
  save(part: CatalogPart): Promise<SaveCounts>;
  /** The requests and parts that wait for their transaction to begin. */
  backlog(): Load;
  /** Whether several suppliers write now, or one writes while a file of it is applied. */
  isShared(): boolean;
  /** Resolves when everything is answered. */
  idle(): Promise<void>;
}

/** The transactions that a desk runs. */
export interface Transactions {
  /** Runs one transaction for all requests. Resolves to an answer for each, in order, or to the error of that request alone. */
  commit(requests: readonly UpdateRequest[]): Promise<readonly Applied[]>;
  /** Runs one transaction for the part. */
  save(part: CatalogPart): Promise<SavedCatalog>;
}

type Job = UpdateRequest | CatalogPart;
type AnswerTo<J extends Job> = J extends CatalogPart ? SavedCatalog : UpdateAnswer;

/** Creates a desk with an empty queue. `observers` hear of all its transactions. */
export function createWriteDesk(
  kind: StoreKind,
  transactions: Transactions,
  observers: readonly CommitObserver[],
): WriteDesk {
  const admission = createAdmission();
  const pace = createPace();
  const commit = observeCommits(transactions.commit, summarizeUpdates, [...observers, pace]);
  const save = observeCommits(transactions.save, summarizeSave, [...observers, pace]);
  const queue = createWriteQueue<Job, AnswerTo<Job>>(
    async (jobs) => {
      const [first] = jobs;
      // A part is submitted with `isApart`, so it is the only job of its transaction.
      if (first && isPart(first)) return [await save(first)];
      return commit(jobs.filter((job): job is UpdateRequest => !isPart(job)));
    },
    {
      maxRunning: MAX_COMMITS[kind],
      maxWaitMs: MAX_WAIT_MS[kind],
      // SQLite's transactions are short, and wait for no server.
      ...(kind === 'postgres' && { restMs: pace.restMs }),
    },
  );
  const submit = <J extends Job>(job: J, supplierId: string, line: string) =>
    admission.admit(
      supplierId,
      job.rows.length,
      // The queue answers a part with a SavedCatalog, and a request with an UpdateAnswer. TypeScript cannot tell which.
      () => queue.submit(job, job.rows.length, line, isPart(job)) as Promise<AnswerTo<J>>,
    );
  return {
    update: (request) => {
      const { supplierId, source } = request;
      return submit(request, supplierId, source === 'FEED' ? filesLine(supplierId) : supplierId);
    },
    save: async (part) => {
      const { supplierId } = part.origin;
      const saved = await submit(part, supplierId, filesLine(supplierId));
      return saved.counts;
    },
    backlog: queue.backlog,
    isShared: queue.isShared,
    idle: queue.idle,
  };
}

/** A second line for each supplier, so that its updates do not wait behind its files. No supplier's key contains a NUL. */
const filesLine = (supplierId: string) => `${supplierId}\0files`;

function isPart(job: Job): job is CatalogPart {
  return 'origin' in job;
}
