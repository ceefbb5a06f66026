/** Loads and saves idempotency keys. An answer is saved in the same transaction as its effect, so neither exists without the other. */
import { sql, type Kysely, type QueryCreator } from 'kysely';
import {
  fingerprintOf,
  keyOfRequest,
  nameOfKey,
  type KeptAnswer,
  type KnownKeys,
} from '../../domain/idempotency.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { packAnswer, unpackAnswer } from '../answer/kept-answer.ts';
import { THEN_COMMIT } from '../driver/postgres/pipeline.ts';
import { endOfDay } from '../partition/key-days.ts';
import { bytesOfKey, createAddKeyBytes } from './key-bytes.ts';
import { namesOf, text, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { idempotencyKeyKey, tables, type Tables } from '../store/tables.ts';

/** A new answer to keep under its request's key. */
export interface FreshAnswer {
  readonly request: UpdateRequest;
  /** SHA-256 of the request's validated input, in hexadecimal. */
  readonly fingerprint: string;
  readonly answer: UpdateAnswer;
}

/** The idempotency keys of a store. */
export interface IdempotencyKeys {
  /**
   * Looks up the requests' keys, and which suppliers have reached their quota. On PostgreSQL the keys stay locked until the transaction
   * ends. A duplicate in another process then waits, and finds the answer.
   */
  load(trx: Kysely<Tables>, requests: readonly UpdateRequest[]): Promise<KnownKeys>;
  /**
   * Saves the answers of requests whose keys are new, and counts their bytes. The caller has locked their suppliers' rows, and sends no
   * other statement in the transaction.
   */
  save(trx: Kysely<Tables>, fresh: readonly FreshAnswer[]): Promise<void>;
}

/** The primary key of a row of `idempotency_key`. */
export type KeyRow = RowOf<typeof idempotencyKeyKey>;

/** Prepares the statements. */
export function createIdempotencyKeys(store: Store): IdempotencyKeys {
  const lockKeys = createSetStatement(store, { name: text() }, (db) =>
    db.selectFrom('item').select(sql`pg_advisory_xact_lock(hashtextextended(item.name, 0))`.as('locked')),
  );
  const loadKeys = createLoadKeys(store);
  const saveKeys = createSaveKeys(store);
  return {
    async load(trx, requests) {
      if (requests.every(({ idempotencyKey }) => idempotencyKey === null)) return noKeys;
      const rows = requests.flatMap((request) => {
        const row = toKeyRow(request);
        return row ? [{ ...row, asked: fingerprintOf(request) }] : [];
      });
      if (rows.length === 0) return noKeys;
      if (store.kind === 'postgres') {
        // All writers lock keys in this order, so that two of them never deadlock.
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
      const rows = fresh.flatMap(({ request, fingerprint, answer }) => {
        const row = toKeyRow(request);
        return row ? [{ ...row, fingerprint, answer: packAnswer(answer) }] : [];
      });
      await saveKeys(trx, rows);
    },
  };
}

const noKeys: KnownKeys = { kept: new Map(), full: new Set() };

function toKeyRow(request: UpdateRequest): KeyRow | null {
  const key = keyOfRequest(request);
  return key && { supplier_id: key.supplierId, operation: key.operation, key: key.key };
}

function nameOf({ supplier_id, operation, key }: KeyRow): string {
  return nameOfKey({ supplierId: supplier_id, operation, key });
}

/** A request's key, the answer kept under it, and the bytes of its supplier's keys. `fingerprint` is null if the key is new. */
interface FoundKey extends KeyRow {
  readonly idempotency_bytes: number;
  readonly fingerprint: string | null;
  readonly answer: Buffer | null;
}

/**
 * Reads an answer only if its input is the same. Otherwise the request is refused, and needs no answer. A small request could make the
 * writer unpack the answer to 10,000 rows.
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

type SaveKeys = (trx: Kysely<Tables>, rows: readonly RowOf<typeof savedColumns>[]) => Promise<void>;

const { made_at_ms: _byStatement, ...savedColumns } = tables.idempotency_key.columns;

function createSaveKeys(store: Store): SaveKeys {
  if (store.kind === 'postgres') return createSaveKeysInOne(store);
  const save = createSetStatement(store, savedColumns, (db) => insertKeys(db));
  const addKeyBytes = createAddKeyBytes(store);
  return async (trx, rows) => addKeyBytes(trx, await save(trx, rows));
}

/** PostgreSQL counts the bytes in the same statement, by the day too. So suppliers' rows are locked for one round trip less. */
function createSaveKeysInOne(store: Store): SaveKeys {
  const save = createSetStatement(store, savedColumns, (db) =>
    db
      .with('saved', (cte) => insertKeys(cte))
      .with(
        'counted',
        () => sql`(insert into key_day (supplier_id, until_ms, bytes)
          select supplier_id, ${endOfDay}, sum(bytes) from saved group by 1, 2
          on conflict (supplier_id, until_ms) do update set bytes = key_day.bytes + excluded.bytes)`,
      )
      .updateTable('supplier')
      .from((eb) =>
        eb
          .selectFrom('saved')
          .select(['saved.supplier_id', sql<number>`sum(saved.bytes)`.as('bytes')])
          .groupBy('saved.supplier_id')
          .as('sums'),
      )
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + sums.bytes` })
      .whereRef('supplier.supplier_id', '=', 'sums.supplier_id'),
  );
  return async (trx, rows) => void (await save(trx, rows, THEN_COMMIT));
}

function insertKeys(db: QueryCreator<Tables & { item: RowOf<typeof savedColumns> }>) {
  return db
    .insertInto('idempotency_key')
    .columns([...namesOf(savedColumns), 'made_at_ms'])
    .expression((eb) =>
      eb
        .selectFrom('item')
        .selectAll()
        .select((nested) => nested.selectFrom('service_clock').select('elapsed_ms').as('made_at_ms')),
    )
    .returning(['supplier_id', 'made_at_ms', bytesOfKey.as('bytes')]);
}
