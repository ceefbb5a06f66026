/** Takes the writes of all callers: admits them, and lets them share commits in turn. */
import type { SaveCounts } from '../../domain/catalog.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import type { SavedCatalog } from '../catalog/save-catalog.ts';
import type { Applied } from '../update/apply-updates.ts';
import { createAdmission, type Load } from './admission.ts';
import { observeCommits, summarizeSave, summarizeUpdates, type CommitObserver } from './observe-commits.ts';
import type { StoreKind } from '../store/store.ts';
import { createWriteQueue } from './commit-queue.ts';
import type { CatalogPart } from './writer.ts';

/** Transactions at a time: while one waits for PostgreSQL, the next is on its way. SQLite writes one at a time anyway. */
const MAX_COMMITS: Record<StoreKind, number> = { sqlite: 1, postgres: 2 };

export interface WriteDesk {
  /** Resolves once the update is on disk. Throws UnavailableError if too much waits, or if the store takes no writes. */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** Saves the part in a transaction of its own. Resolves once it is on disk. Throws as `update` does. */
  save(part: CatalogPart): Promise<SaveCounts>;
  /** The requests and parts that wait for their transaction to begin. */
  backlog(): Load;
  /** Whether several suppliers write now, or one writes while its catalog is saved. */
  isShared(): boolean;
  /** Resolves when everything is answered. */
  idle(): Promise<void>;
}

/** The transactions that a desk runs. */
export interface Transactions {
  /** Runs one transaction for all the requests. Gives for each, in order, its answer, or why it alone is not served. */
  commit(requests: readonly UpdateRequest[]): Promise<readonly Applied[]>;
  /** Runs one transaction for the part. */
  save(part: CatalogPart): Promise<SavedCatalog>;
}

type Job = UpdateRequest | CatalogPart;
type AnswerTo<J extends Job> = J extends CatalogPart ? SavedCatalog : UpdateAnswer;

export function createWriteDesk(
  kind: StoreKind,
  transactions: Transactions,
  observers: readonly CommitObserver[],
): WriteDesk {
  const admission = createAdmission();
  const commit = observeCommits(transactions.commit, summarizeUpdates, observers);
  const save = observeCommits(transactions.save, summarizeSave, observers);
  const queue = createWriteQueue<Job, AnswerTo<Job>>(async (jobs) => {
    const [first] = jobs;
    // A part is submitted apart, so it comes alone.
    if (first && isPart(first)) return [await save(first)];
    return commit(jobs.filter((job): job is UpdateRequest => !isPart(job)));
  }, MAX_COMMITS[kind]);
  const submit = <J extends Job>(job: J, supplierId: string, line: string) =>
    admission.admit(
      supplierId,
      job.rows.length,
      // The queue answers each job with what its kind comes to.
      () => queue.submit(job, job.rows.length, line, isPart(job)) as Promise<AnswerTo<J>>,
    );
  return {
    update: (request) => submit(request, request.supplierId, request.supplierId),
    save: async (part) => {
      const { supplierId } = part.origin;
      const saved = await submit(part, supplierId, catalogLine(supplierId));
      return saved.counts;
    },
    backlog: queue.backlog,
    isShared: queue.isShared,
    idle: queue.idle,
  };
}

/** A line beside the supplier's own: its updates do not wait behind its catalog. No supplier's name has a NUL in it. */
const catalogLine = (supplierId: string) => `${supplierId}\0catalog`;

function isPart(job: Job): job is CatalogPart {
  return 'origin' in job;
}
