/** Applies requests within a transaction: finds the SKUs, decides, saves, and answers. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { decideBatch, type BatchDecision, type RequestDecision } from '../../domain/decide-batch.ts';
import { noCandidates, type Candidates } from '../../domain/decide.ts';
import type { RowResult, UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { createSkuMap, type Sku } from '../../domain/sku.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { createLoadChanges } from '../change/shared-texts.ts';
import { createMatchSkus, type MatchSkus, type Wanted } from '../sku/find-skus.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { createIdempotencyKeys, type FreshAnswer } from './idempotency-keys.ts';
import { createLockSuppliers } from './lock-suppliers.ts';
import { createSaveChanges } from './save-changes.ts';

/** A request's answer, or the error of this request alone: IDEMPOTENCY_STORE_FULL. */
export type Applied = UpdateAnswer | UnavailableError;

/**
 * Resolves to an answer for each request, in order. Nothing is on disk before the caller commits. `now` is the time of the changes in
 * ISO 8601. Rejects with an UnavailableError if the store has trouble.
 */
export type ApplyRequests = (
  trx: Kysely<Tables>,
  requests: readonly UpdateRequest[],
  now: string,
) => Promise<Applied[]>;

/** `lock`: whether PostgreSQL keeps the SKUs locked until the transaction ends. A dry run needs no lock, because it saves nothing. */
export function createApplyRequests(store: Store, { lock } = { lock: true }): ApplyRequests {
  const matchSkus = createMatchSkus(store, { lock });
  const lockSuppliers = createLockSuppliers(store);
  const saveChanges = createSaveChanges(store);
  const loadChanges = createLoadChanges(store);
  const keys = createIdempotencyKeys(store);

  return async (trx, requests, now) => {
    const known = await keys.load(trx, requests);
    const matched = await matchRows(trx, matchSkus, requests);
    const batch = decideBatch(requests, matched, known, now);
    const stored = await loadLastChanges(trx, loadChanges, batch);
    const keeping = requests.filter((_, i) => isKept(batch.requests[i]));
    // A batch of one supplier without keys takes this lock in the statement that saves its changes.
    if (keeping.length > 0 || areOfSeveral(batch.changes))
      await lockSuppliers(trx, [...batch.changes, ...keeping]);
    const changes = await saveChanges(trx, batch.skus, batch.changes, keeping.length === 0);
    const { answers, fresh } = answerRequests(requests, finishRows(batch, changes, stored));
    await keys.save(trx, fresh);
    return answers;
  };
}

function isKept(decision: RequestDecision | undefined): boolean {
  return decision?.kind === 'RUN' && decision.fingerprint !== null;
}

function areOfSeveral(changes: readonly InventoryChange[]): boolean {
  return changes.some(({ supplierId }) => supplierId !== changes[0]?.supplierId);
}

/** Finds the SKUs that each row of each request names. One statement finds them all. */
async function matchRows(
  trx: Kysely<Tables>,
  matchSkus: MatchSkus,
  requests: readonly UpdateRequest[],
): Promise<Candidates[][]> {
  const wanted: Wanted[] = [];
  for (const { supplierId, rows } of requests) {
    for (const row of rows)
      if (!('malformed' in row)) wanted.push({ supplierId, identifier: row.identifier });
  }
  const matched = (await matchSkus(trx, wanted)).values();
  return requests.map(({ rows }) =>
    rows.map((row) => ('malformed' in row ? noCandidates : (matched.next().value ?? noCandidates))),
  );
}

/** Reads the last stored changes of SKUs whose rows show it. Changes of the same batch are not stored yet. */
async function loadLastChanges(
  trx: Kysely<Tables>,
  loadChanges: ReturnType<typeof createLoadChanges>,
  batch: BatchDecision,
): Promise<InventoryChange[]> {
  const places: Parameters<typeof loadChanges>[1][number][] = [];
  for (const decision of batch.requests) {
    for (const result of decision.kind === 'RUN' ? decision.results : []) {
      const shown = shownWithLastChange(result);
      const position = shown?.lastChangePosition ?? null;
      if (shown && position !== null) places.push({ supplier_id: shown.supplierId, position });
    }
  }
  return places.length === 0 ? [] : loadChanges(trx, places);
}

/** Adds what only the store knows: the positions of changes, and the SKU's last change for rows that show it. */
function finishRows(
  batch: BatchDecision,
  changes: readonly InventoryChange[],
  stored: readonly InventoryChange[],
): RequestDecision[] {
  // The applied rows, in order, have the batch's changes.
  const placed = changes.values();
  const findLastChange = createFindLastChange(changes, stored);
  return batch.requests.map((decision) => {
    if (decision.kind !== 'RUN') return decision;
    const results = decision.results.map((result) =>
      result.outcome === 'APPLIED'
        ? { ...result, change: placed.next().value ?? result.change }
        : showLastChange(result, findLastChange),
    );
    return { ...decision, results };
  });
}

/** Finds the change that made this version of a SKU. Few batches need one. */
function createFindLastChange(...made: (readonly InventoryChange[])[]) {
  const byVersion = createSkuMap<Map<number, InventoryChange>>();
  let isFilled = false;
  const fill = () => {
    for (const change of made.flat()) {
      const versions = byVersion.get(change) ?? new Map<number, InventoryChange>();
      byVersion.set(change, versions.set(change.version, change));
    }
    isFilled = true;
  };
  return (sku: Sku): InventoryChange | null => {
    if (!isFilled) fill();
    return byVersion.get(sku)?.get(sku.version) ?? null;
  };
}

function showLastChange(result: RowResult, findLastChange: (sku: Sku) => InventoryChange | null): RowResult {
  const shown = shownWithLastChange(result);
  if (!shown) return result;
  const lastChange = findLastChange(shown);
  if (result.outcome === 'STALE_IGNORED') return { ...result, newerChange: lastChange };
  const failed = failedPrecondition(result);
  return failed ? { outcome: 'REJECTED', refusal: { ...failed, lastChange } } : result;
}

/** The SKU whose last change the result shows too: it failed a precondition, or has newer values than the update. */
function shownWithLastChange(result: RowResult): Sku | undefined {
  return result.outcome === 'STALE_IGNORED' ? result.sku : failedPrecondition(result)?.current;
}

/** The answers in order, and those to keep under an idempotency key. */
function answerRequests(requests: readonly UpdateRequest[], decisions: readonly RequestDecision[]) {
  const answers: Applied[] = [];
  const fresh: FreshAnswer[] = [];
  requests.forEach((request, i) => {
    const decision = decisions[i];
    if (!decision) throw new Error('A request was not decided.');
    const answer = toAnswer(request, decision, answers);
    answers.push(answer);
    if (decision.kind !== 'RUN' || decision.fingerprint === null || answer instanceof Error) return;
    fresh.push({ request, fingerprint: decision.fingerprint, answer });
  });
  return { answers, fresh };
}

/** `earlier`: the answers of the requests before this one. */
function toAnswer(
  { groupId }: UpdateRequest,
  decision: RequestDecision,
  earlier: readonly Applied[],
): Applied {
  switch (decision.kind) {
    case 'RUN':
      return { replayed: false, refusal: null, results: decision.results, groupId };
    case 'REPLAYED':
      return { ...decision.answer, replayed: true };
    case 'REPEATED': {
      const first = earlier[decision.firstRequest];
      if (!first || first instanceof Error) throw new Error('A repeated request has no first answer.');
      return { ...first, replayed: true };
    }
    case 'REFUSED':
      return { replayed: false, refusal: decision.refusal, results: [], groupId: null };
    case 'KEYS_FULL':
      return new UnavailableError('IDEMPOTENCY_STORE_FULL');
  }
}

function failedPrecondition(result: RowResult) {
  if (result.outcome !== 'REJECTED' || result.refusal.problem !== 'PRECONDITION_FAILED') return undefined;
  return result.refusal;
}
