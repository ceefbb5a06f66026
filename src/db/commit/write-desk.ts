/** Takes the updates of all callers: bounds them, and lets them share commits by turns. */
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import type { Applied } from '../update/apply-updates.ts';
import { createAdmission, type Load } from './admission.ts';
import { observeCommits, type CommitObserver } from './observe-commits.ts';
import type { StoreKind } from '../store/store.ts';
import { createWriteQueue } from './commit-queue.ts';

/** Transactions at a time: while one waits for PostgreSQL, the next is on its way. SQLite writes one at a time anyway. */
const MAX_COMMITS: Record<StoreKind, number> = { sqlite: 1, postgres: 2 };

export interface WriteDesk {
  /** Resolves once it is on disk. Throws UnavailableError when too much waits, or the store takes nothing. */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** What waits for its transaction to begin. */
  backlog(): Load;
  /** Whether several suppliers write now. */
  isShared(): boolean;
  /** Resolves when everything is answered. */
  idle(): Promise<void>;
}

/** `commit` runs one transaction for all the requests, and gives for each, in order, its answer or why it alone is not served. */
export function createWriteDesk(
  kind: StoreKind,
  commit: (requests: readonly UpdateRequest[]) => Promise<readonly Applied[]>,
  observers: readonly CommitObserver[],
): WriteDesk {
  const admission = createAdmission();
  const queue = createWriteQueue<UpdateRequest, UpdateAnswer>(
    observeCommits(commit, observers),
    MAX_COMMITS[kind],
  );
  return {
    update: (request) =>
      admission.admit(request.supplierId, request.rows.length, () =>
        queue.submit(request, request.rows.length, request.supplierId),
      ),
    backlog: queue.backlog,
    isShared: queue.isShared,
    idle: queue.idle,
  };
}
