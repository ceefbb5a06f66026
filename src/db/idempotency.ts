/** Idempotency keys: what a request with a key was answered, kept in the transaction of its effect. */
import { hash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { UpdateAnswer, UpdateRequest } from '../inventory.ts';
import { packAnswer, unpackAnswer } from './kept-answer.ts';
import type { Store } from './open.ts';
import { createSetStatement } from './set-statement.ts';
import type { IdempotencyKeyTable, Tables } from './tables.ts';

/** An answer that was given under a key, and for which input. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: UpdateAnswer;
}

/** What the store says of requests' keys. */
export interface KnownKeys {
  /** The answers kept for them, by `keyName`. */
  readonly kept: ReadonlyMap<string, KeptAnswer>;
  /**
   * Suppliers whose keys take all the room that they may: no new ones are kept. It is looked at before a transaction's keys are
   * written, so a supplier's last ones go past its quota by what the transactions of that moment write.
   */
  readonly full: ReadonlySet<string>;
}

export interface IdempotencyKeys {
  /**
   * Looks the requests' keys up. On PostgreSQL the keys stay locked until the transaction ends, so
   * that a duplicate that runs at the same time in another process waits, and then finds the answer.
   */
  load(trx: Kysely<Tables>, requests: readonly UpdateRequest[]): Promise<KnownKeys>;
  save(
    trx: Kysely<Tables>,
    kept: ReadonlyMap<string, KeptAnswer & { request: UpdateRequest }>,
  ): Promise<void>;
}

/**
 * What a key is counted as, in bytes: its answer, its name in the table and in its index, and what every row costs. Within a tenth of
 * what it takes on SQLite's disk.
 */
export const bytesOfKey = sql<number>`octet_length(answer) + 2 * octet_length(key) + 200`;

export type KeyRow = Pick<IdempotencyKeyTable, 'supplier_id' | 'operation' | 'key'>;
export const keyColumns = { supplier_id: 'text', operation: 'text', key: 'text' } as const;

export function createIdempotencyKeys(store: Store): IdempotencyKeys {
  const lockKeys = createSetStatement<{ name: string }>(store, { name: 'text' }, (db) =>
    db.selectFrom('item').select(sql`pg_advisory_xact_lock(hashtextextended(item.name, 0))`.as('locked')),
  );
  const loadKeys = createLoadKeys(store);
  const saveKeys = createSaveKeys(store);
  const addKeyBytes = createAddKeyBytes(store);
  return {
    async load(trx, requests) {
      const rows = requests.flatMap((request) => toKeyRow(request) ?? []);
      if (rows.length === 0) return { kept: new Map(), full: new Set() };
      if (store.kind === 'postgres') {
        // In one order everywhere, so that two writers never deadlock.
        const names = [...new Set(rows.map((row) => nameOf(row)))].toSorted();
        await lockKeys(
          trx,
          names.map((name) => ({ name })),
        );
      }
      const found = await loadKeys(trx, rows);
      const isFull = (row: FoundKey) => row.idempotency_bytes >= store.keyQuotaBytes;
      return {
        kept: new Map(
          found.flatMap((row) =>
            row.answer && row.fingerprint !== null
              ? [[nameOf(row), { fingerprint: row.fingerprint, answer: unpackAnswer(row.answer) }]]
              : [],
          ),
        ),
        full: new Set(found.filter(isFull).map(({ supplier_id }) => supplier_id)),
      };
    },

    async save(trx, kept) {
      if (kept.size === 0) return;
      const saved = await saveKeys(
        trx,
        [...kept.values()].flatMap(({ request, fingerprint, answer }) => {
          const row = toKeyRow(request);
          return row ? [{ ...row, fingerprint, answer: packAnswer(answer) }] : [];
        }),
      );
      await addKeyBytes(trx, saved);
    },
  };
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

/** A key that is asked for, what is kept under it, and what its supplier keeps. */
interface FoundKey extends KeyRow {
  readonly idempotency_bytes: number;
  readonly fingerprint: string | null;
  readonly answer: Buffer | null;
}

function createLoadKeys(store: Store) {
  return createSetStatement<KeyRow, FoundKey>(store, keyColumns, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .leftJoin('idempotency_key', (join) =>
        join
          .onRef('idempotency_key.supplier_id', '=', 'item.supplier_id')
          .onRef('idempotency_key.operation', '=', 'item.operation')
          .onRef('idempotency_key.key', '=', 'item.key'),
      )
      .selectAll('item')
      .select(['supplier.idempotency_bytes', 'idempotency_key.fingerprint', 'idempotency_key.answer']),
  );
}

type NewKey = Omit<IdempotencyKeyTable, 'made_at_ms'>;

/** Gives for each key its supplier and its bytes. */
function createSaveKeys(store: Store) {
  const columns = { ...keyColumns, fingerprint: 'text', answer: 'bytes' } as const;
  return createSetStatement<NewKey, KeyBytes>(store, columns, (db) =>
    db
      .insertInto('idempotency_key')
      // `columns` lists them in the order that the items have them.
      .columns([...(Object.keys(columns) as (keyof typeof columns)[]), 'made_at_ms'])
      .expression((eb) =>
        eb
          .selectFrom('item')
          .selectAll()
          .select((nested) => nested.selectFrom('service_clock').select('elapsed_ms').as('made_at_ms')),
      )
      .returning(['supplier_id', bytesOfKey.as('bytes')]),
  );
}

interface KeyBytes {
  readonly supplier_id: string;
  readonly bytes: number;
}

/** Counts bytes of keys to what their suppliers keep; negative ones give room back. */
export function createAddKeyBytes(store: Store) {
  const add = createSetStatement<KeyBytes>(store, { supplier_id: 'text', bytes: 'bigint' }, (db) =>
    db
      .updateTable('supplier')
      .from('item')
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + item.bytes` })
      .whereRef('supplier.supplier_id', '=', 'item.supplier_id'),
  );
  return async (trx: Kysely<Tables>, keys: readonly KeyBytes[]): Promise<void> => {
    const sums = new Map<string, number>();
    for (const { supplier_id, bytes } of keys) sums.set(supplier_id, (sums.get(supplier_id) ?? 0) + bytes);
    await add(
      trx,
      Array.from(sums, ([supplier_id, bytes]) => ({ supplier_id, bytes })),
    );
  };
}
