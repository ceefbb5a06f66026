/** Idempotency keys: what a request with a key was answered, kept in the transaction of its effect. */
import { hash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { UpdateAnswer, UpdateRequest } from '../inventory.ts';
import type { Store } from './open.ts';
import { createSetStatement } from './set-statement.ts';
import type { IdempotencyKeyTable, Tables } from './tables.ts';

/** Keys removed in one statement at most, so that writers never wait long for it. */
const MAX_PURGED = 500;

/** An answer that was given under a key, and for which input. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: UpdateAnswer;
}

export interface IdempotencyKeys {
  /**
   * The answers kept for these requests' keys, by `keyName`. On PostgreSQL the keys stay locked until the transaction ends, so
   * that a duplicate that runs at the same time in another process waits, and then finds the answer.
   */
  load(trx: Kysely<Tables>, requests: readonly UpdateRequest[]): Promise<Map<string, KeptAnswer>>;
  save(
    trx: Kysely<Tables>,
    kept: ReadonlyMap<string, KeptAnswer & { request: UpdateRequest }>,
    now: string,
  ): Promise<void>;
}

type KeyRow = Pick<IdempotencyKeyTable, 'supplier_id' | 'operation' | 'key'>;
const keyColumns = { supplier_id: 'text', operation: 'text', key: 'text' } as const;

export function createIdempotencyKeys(store: Store): IdempotencyKeys {
  const lockKeys = createSetStatement<{ name: string }>(store, { name: 'text' }, (db) =>
    db.selectFrom('item').select(sql`pg_advisory_xact_lock(hashtextextended(item.name, 0))`.as('locked')),
  );
  const loadKeys = createLoadKeys(store);
  const saveKeys = createSaveKeys(store);
  return {
    async load(trx, requests) {
      const rows = requests.flatMap((request) => toKeyRow(request) ?? []);
      if (rows.length === 0) return new Map();
      if (store.kind === 'postgres') {
        // In one order everywhere, so that two writers never deadlock.
        const names = [...new Set(rows.map((row) => nameOf(row)))].toSorted();
        await lockKeys(
          trx,
          names.map((name) => ({ name })),
        );
      }
      return new Map(
        (await loadKeys(trx, rows)).map((row) => [
          nameOf(row),
          // It was written by `save`.
          { fingerprint: row.fingerprint, answer: JSON.parse(row.answer) as UpdateAnswer },
        ]),
      );
    },

    async save(trx, kept, now) {
      if (kept.size === 0) return;
      await saveKeys(
        trx,
        [...kept.values()].flatMap(({ request, fingerprint, answer }) => {
          const row = toKeyRow(request);
          return row ? [{ ...row, fingerprint, answer: JSON.stringify(answer), created_at: now }] : [];
        }),
      );
    },
  };
}

/** Removes some of the keys made before this time (ISO 8601). True: there may be more. */
export async function purgeKeys({ db }: Store, before: string): Promise<boolean> {
  const old = db
    .selectFrom('idempotency_key')
    .select(['supplier_id', 'operation', 'key'])
    .where('created_at', '<', before)
    .limit(MAX_PURGED);
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_key')
    .where((eb) =>
      eb(
        eb.refTuple('supplier_id', 'operation', 'key'),
        'in',
        old.$asTuple('supplier_id', 'operation', 'key'),
      ),
    )
    .executeTakeFirstOrThrow();
  return numDeletedRows === BigInt(MAX_PURGED);
}

/** Supplier, operation and key as one string; null where the request has no key, or stores nothing. */
export function keyName(request: UpdateRequest): string | null {
  const row = toKeyRow(request);
  return row && nameOf(row);
}

/** What makes two inputs the same: everything validated that decides the effect. */
export function fingerprintOf(request: UpdateRequest): string {
  const { rows, atomicity, reason, referenceDocumentUri } = request;
  return hash('sha256', JSON.stringify([rows, atomicity, reason, referenceDocumentUri]), 'hex');
}

function toKeyRow({ supplierId, operation, idempotencyKey, dryRun }: UpdateRequest): KeyRow | null {
  return idempotencyKey === null || dryRun
    ? null
    : { supplier_id: supplierId, operation, key: idempotencyKey };
}

function nameOf({ supplier_id, operation, key }: KeyRow): string {
  return JSON.stringify([supplier_id, operation, key]);
}

function createLoadKeys(store: Store) {
  return createSetStatement<KeyRow, IdempotencyKeyTable>(store, keyColumns, (db) =>
    db
      .selectFrom('item')
      .innerJoin('idempotency_key', (join) =>
        join
          .onRef('idempotency_key.supplier_id', '=', 'item.supplier_id')
          .onRef('idempotency_key.operation', '=', 'item.operation')
          .onRef('idempotency_key.key', '=', 'item.key'),
      )
      .selectAll('idempotency_key'),
  );
}

function createSaveKeys(store: Store) {
  const columns = { ...keyColumns, fingerprint: 'text', answer: 'text', created_at: 'text' } as const;
  return createSetStatement<IdempotencyKeyTable>(store, columns, (db) =>
    db
      .insertInto('idempotency_key')
      // `columns` lists them in the order that the items have them.
      .columns(Object.keys(columns) as (keyof typeof columns)[])
      .expression((eb) => eb.selectFrom('item').selectAll()),
  );
}
