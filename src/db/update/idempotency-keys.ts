/** Idempotency keys in the store: an answer is kept in the transaction of its effect. */
import { sql, type Kysely } from 'kysely';
import {
  fingerprintOf,
  keyOfRequest,
  nameOfKey,
  type KeptAnswer,
  type KnownKeys,
} from '../../domain/idempotency.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { packAnswer, unpackAnswer } from '../answer/kept-answer.ts';
import { bytesOfKey, createAddKeyBytes } from './key-bytes.ts';
import { namesOf, text, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { idempotencyKeyKey, tables, type Tables } from '../store/tables.ts';

/** An answer that is to be kept under its request's key. */
export interface FreshAnswer {
  readonly request: UpdateRequest;
  readonly fingerprint: string;
  readonly answer: UpdateAnswer;
}

export interface IdempotencyKeys {
  /**
   * Looks the requests' keys up. On PostgreSQL the keys stay locked until the transaction ends. So a duplicate that runs at the
   * same time in another process waits, and then finds the answer.
   */
  load(trx: Kysely<Tables>, requests: readonly UpdateRequest[]): Promise<KnownKeys>;
  /** Keeps the answers of requests whose keys are new. */
  save(trx: Kysely<Tables>, fresh: readonly FreshAnswer[]): Promise<void>;
}

export type KeyRow = RowOf<typeof idempotencyKeyKey>;

export function createIdempotencyKeys(store: Store): IdempotencyKeys {
  const lockKeys = createSetStatement(store, { name: text() }, (db) =>
    db.selectFrom('item').select(sql`pg_advisory_xact_lock(hashtextextended(item.name, 0))`.as('locked')),
  );
  const loadKeys = createLoadKeys(store);
  const saveKeys = createSaveKeys(store);
  const addKeyBytes = createAddKeyBytes(store);
  return {
    async load(trx, requests) {
      const rows = requests.flatMap((request) => {
        const row = toKeyRow(request);
        return row ? [{ ...row, asked: fingerprintOf(request) }] : [];
      });
      if (rows.length === 0) return { kept: new Map(), full: new Set() };
      if (store.kind === 'postgres') {
        // All writers lock in the same order, so that two of them never deadlock.
        const names = [...new Set(rows.map((row) => nameOf(row)))].toSorted();
        await lockKeys(
          trx,
          names.map((name) => ({ name })),
        );
      }
      const found = await loadKeys(trx, rows);
      const kept = new Map<string, KeptAnswer>();
      for (const row of found) {
        const { fingerprint, answer } = row;
        if (fingerprint === null || kept.get(nameOf(row))?.answer) continue;
        kept.set(nameOf(row), { fingerprint, answer: answer && unpackAnswer(answer) });
      }
      const isFull = (row: FoundKey) => row.idempotency_bytes >= store.keyQuotaBytes;
      return {
        kept,
        full: new Set(found.filter(isFull).map(({ supplier_id }) => supplier_id)),
      };
    },

    async save(trx, fresh) {
      if (fresh.length === 0) return;
      const saved = await saveKeys(
        trx,
        fresh.flatMap(({ request, fingerprint, answer }) => {
          const row = toKeyRow(request);
          return row ? [{ ...row, fingerprint, answer: packAnswer(answer) }] : [];
        }),
      );
      await addKeyBytes(trx, saved);
    },
  };
}

function toKeyRow(request: UpdateRequest): KeyRow | null {
  const key = keyOfRequest(request);
  return key && { supplier_id: key.supplierId, operation: key.operation, key: key.key };
}

function nameOf({ supplier_id, operation, key }: KeyRow): string {
  return nameOfKey({ supplierId: supplier_id, operation, key });
}

/** A key that a request has, what is kept under it, and how much room its supplier's keys take. */
interface FoundKey extends KeyRow {
  readonly idempotency_bytes: number;
  readonly fingerprint: string | null;
  readonly answer: Buffer | null;
}

/**
 * Reads an answer only for its own input. Otherwise a request of one row under the key of a call with 10,000 would make the writer
 * unpack all of that call's answer, only to refuse the request.
 */
function createLoadKeys(store: Store) {
  return createSetStatement(store, { ...idempotencyKeyKey, asked: text() }, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .leftJoin('idempotency_key', (join) =>
        join
          .onRef('idempotency_key.supplier_id', '=', 'item.supplier_id')
          .onRef('idempotency_key.operation', '=', 'item.operation')
          .onRef('idempotency_key.key', '=', 'item.key'),
      )
      .select(['item.supplier_id', 'item.operation', 'item.key'])
      .select(['supplier.idempotency_bytes', 'idempotency_key.fingerprint'])
      .select(
        sql<Buffer | null>`case when idempotency_key.fingerprint = item.asked then idempotency_key.answer end`.as(
          'answer',
        ),
      ),
  );
}

/** Resolves to each key's supplier and bytes. */
function createSaveKeys(store: Store) {
  const { made_at_ms: _byStatement, ...columns } = tables.idempotency_key.columns;
  return createSetStatement(store, columns, (db) =>
    db
      .insertInto('idempotency_key')
      .columns([...namesOf(columns), 'made_at_ms'])
      .expression((eb) =>
        eb
          .selectFrom('item')
          .selectAll()
          .select((nested) => nested.selectFrom('service_clock').select('elapsed_ms').as('made_at_ms')),
      )
      .returning(['supplier_id', bytesOfKey.as('bytes')]),
  );
}
