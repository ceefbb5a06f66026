/** Applies requests within a transaction: match, plan, save, and answer. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import type { RowResult, UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import type { Sku } from '../../domain/sku.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { createIdempotencyKeys, keyName, type FreshAnswer, type KeptAnswer } from './idempotency-keys.ts';
import { limitCandidates } from './limit-candidates.ts';
import { createLockSuppliers } from './lock-suppliers.ts';
import { createMatchSkus, keyOf, noCandidates, type MatchSkus } from '../sku/find-skus.ts';
import type { Store } from '../store/store.ts';
import { planRequests, type Plan, type Planned } from './plan-batch.ts';
import { createSaveChanges } from './save-changes.ts';
import { createLoadChanges } from '../change/shared-texts.ts';
import type { Tables } from '../store/tables.ts';

/** What a request comes to: its answer, or why it alone cannot be served now. */
export type Applied = UpdateAnswer | UnavailableError;

/** An answer for each request, in order. Nothing is on disk before the caller commits. `now`: when (ISO 8601). */
export type ApplyRequests = (
  trx: Kysely<Tables>,
  requests: readonly UpdateRequest[],
  now: string,
) => Promise<Applied[]>;

/** `lock`: on PostgreSQL, whether the SKUs stay locked until the transaction ends; not for dry runs, which save nothing. */
export function createApplyRequests(store: Store, { lock } = { lock: true }): ApplyRequests {
  const matchSkus = createMatchSkus(store, { lock });
  const lockSuppliers = createLockSuppliers(store);
  const saveChanges = createSaveChanges(store);
  const loadChanges = createLoadChanges(store);
  const keys = createIdempotencyKeys(store);

  return async (trx, requests, now) => {
    const known = await keys.load(trx, requests);
    const matched = await matchRows(trx, matchSkus, requests);
    const plan = planRequests(
      requests,
      (request, row) => matched[request]?.[row] ?? noCandidates,
      known,
      now,
    );
    const stored = await loadLastChanges(trx, loadChanges, plan);
    const keeping = requests.filter((_, i) => keepsAnswer(plan.requests[i]));
    await lockSuppliers(
      trx,
      [...plan.changes, ...keeping].map(({ supplierId }) => supplierId),
    );
    const changes = await saveChanges(trx, plan.skus, plan.changes, keeping.length === 0);
    const lastChanges = new Map([...stored, ...changes].map((change) => [versionKey(change), change]));
    const results = finishRows(plan, changes, lastChanges);
    const { answers, fresh } = answerRequests(requests, plan, results, known.kept);
    await keys.save(trx, [...fresh.values()]);
    return answers;
  };
}

function keepsAnswer(planned: Planned | undefined): boolean {
  return planned?.kind === 'RUN' && planned.fingerprint !== null;
}

/** The SKUs matched by each row of each request, all in one go. */
async function matchRows(trx: Kysely<Tables>, matchSkus: MatchSkus, requests: readonly UpdateRequest[]) {
  const wanted = requests.flatMap(({ supplierId, rows }) =>
    rows.flatMap((row) => ('malformed' in row ? [] : [{ supplierId, identifier: row.identifier }])),
  );
  const matched = (await matchSkus(trx, wanted)).values();
  return requests.map(({ rows }) =>
    rows.map((row) => ('malformed' in row ? noCandidates : (matched.next().value ?? noCandidates))),
  );
}

/** The stored changes behind the current states that failed preconditions report; those of this batch are still to be made. */
async function loadLastChanges(
  trx: Kysely<Tables>,
  loadChanges: ReturnType<typeof createLoadChanges>,
  plan: Plan,
): Promise<InventoryChange[]> {
  const currents = plan.requests.flatMap((planned) =>
    planned.kind === 'RUN'
      ? planned.results.flatMap((result) => failedPrecondition(result)?.current ?? [])
      : [],
  );
  const places = currents.flatMap(({ supplierId, lastChangePosition }) =>
    lastChangePosition === null ? [] : [{ supplier_id: supplierId, position: lastChangePosition }],
  );
  return places.length === 0 ? [] : loadChanges(trx, places);
}

/** Puts positions on the changes in the results, and the change behind the current state on failed preconditions. */
function finishRows(
  plan: Plan,
  changes: readonly InventoryChange[],
  lastChanges: ReadonlyMap<string, InventoryChange>,
): (readonly RowResult[])[] {
  const positioned = new Map(plan.changes.map((change, i) => [change, changes[i] ?? change]));
  return plan.requests.map((planned) =>
    planned.kind === 'RUN'
      ? limitCandidates(planned.results.map((result) => finishRow(result, positioned, lastChanges)))
      : [],
  );
}

/** The answers in order, and those among them that are to be kept under a key. */
function answerRequests(
  requests: readonly UpdateRequest[],
  plan: Plan,
  results: readonly (readonly RowResult[])[],
  kept: ReadonlyMap<string, KeptAnswer>,
) {
  const fresh = new Map<string, FreshAnswer>();
  const answers = requests.map((request, i): Applied => {
    const planned = plan.requests[i];
    if (!planned || planned.kind === 'KEY_REUSED') return refused;
    if (planned.kind === 'KEYS_FULL') return new UnavailableError('IDEMPOTENCY_STORE_FULL');
    if (planned.kind === 'REPLAY') {
      const answer = (fresh.get(planned.key) ?? kept.get(planned.key))?.answer;
      return answer ? { ...answer, replayed: true } : refused;
    }
    const { groupId } = request;
    const answer = { replayed: false, refusal: null, results: results[i] ?? [], groupId };
    const key = keyName(request);
    if (key !== null && planned.fingerprint !== null) {
      fresh.set(key, { fingerprint: planned.fingerprint, answer, request });
    }
    return answer;
  });
  return { answers, fresh };
}

const refused: UpdateAnswer = {
  replayed: false,
  refusal: { problem: 'IDEMPOTENCY_KEY_REUSED' },
  results: [],
  groupId: null,
};

function finishRow(
  result: RowResult,
  positioned: ReadonlyMap<InventoryChange, InventoryChange>,
  lastChanges: ReadonlyMap<string, InventoryChange>,
): RowResult {
  if (result.outcome === 'APPLIED') {
    return { ...result, change: positioned.get(result.change) ?? result.change };
  }
  const failed = failedPrecondition(result);
  if (!failed) return result;
  const lastChange = lastChanges.get(versionKey(failed.current)) ?? null;
  return { outcome: 'REJECTED', refusal: { ...failed, lastChange } };
}

function failedPrecondition(result: RowResult) {
  if (result.outcome !== 'REJECTED' || result.refusal.problem !== 'PRECONDITION_FAILED') return undefined;
  return result.refusal;
}

function versionKey({ supplierId, skuId, version }: InventoryChange | Sku): string {
  return `${keyOf(supplierId, skuId)}\0${version}`;
}
