/** Whether what a store holds fits together: the file, each SKU and its changes, positions, codes. Reads alone, as sets. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { UnavailableError } from '../../domain/unavailable.ts';
import { findRules } from './check-rules.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreKind } from '../store/store.ts';
import { codeOf } from '../driver/store-error.ts';
import type { Tables } from '../store/tables.ts';
import { inSnapshot } from '../store/transaction.ts';

/** Examples given of each problem. */
const MAX_EXAMPLES = 3;

/** What is wrong, how often, and with what, for example. */
export interface Finding {
  readonly problem: string;
  readonly count: number;
  readonly examples: readonly Example[];
}

export interface Example {
  /** The supplier's name. Null where the fault is the file's. */
  readonly supplier_id: string | null;
  readonly sku_id: string | null;
  readonly what: string;
}

export interface CheckReport {
  readonly findings: readonly Finding[];
  readonly suppliers: number;
  readonly skus: number;
  readonly codes: number;
  readonly changes: number;
}

/**
 * Checks a store as it is at one moment, beside whoever writes; neither makes nor migrates it. Throws with one clear line when it
 * cannot be read at all.
 */
export async function checkDatabase(url: string): Promise<CheckReport> {
  try {
    const store = await openStore(url, { readOnly: true });
    try {
      return await inSnapshot(store, (db) => checkTables(db, store.kind));
    } finally {
      await store.close();
    }
  } catch (error) {
    const cause = error instanceof UnavailableError ? error.cause : error;
    throw isDamage(cause)
      ? new Error(`The file is damaged, or is no SQLite database: ${cause.message}.`, { cause })
      : error;
  }
}

function isDamage(error: unknown): error is Error {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

/** The same within a transaction. */
export async function checkTables(db: Kysely<Tables>, kind: StoreKind): Promise<CheckReport> {
  const findings = kind === 'sqlite' ? await checkFile(db) : [];
  // What a damaged file says of its rows is worth nothing.
  if (findings.length > 0) return { findings, suppliers: 0, skus: 0, codes: 0, changes: 0 };
  const rules = kind === 'sqlite' ? [danglingReferences, ...findRules] : findRules;
  for (const rule of rules) findings.push(...(await findProblems(db, rule)));
  return { findings, ...(await countRows(db)) };
}

/** SQLite names 100 faults at most. */
async function checkFile(db: Kysely<Tables>): Promise<Finding[]> {
  const { rows } = await sql<{ what: string }>`select integrity_check as what
    from pragma_integrity_check where integrity_check <> 'ok'`.execute(db);
  if (rows.length === 0) return [];
  const examples = rows.slice(0, MAX_EXAMPLES).map(({ what }) => ({ supplier_id: null, sku_id: null, what }));
  return [{ problem: 'The file is damaged', count: rows.length, examples }];
}

/** SQLite's own check of references; PostgreSQL lets none dangle. */
const danglingReferences = sql`
  select 'A row refers to one that does not exist' as problem, null as supplier_id, null as sku_id,
    concat('a row of ', "table", ' refers to a missing ', parent) as what
  from pragma_foreign_key_check`;

/** While a supplier is deleted in parts, its rows do not fit together; whoever goes on removes them. */
const isKept = sql`not exists (
  select 1 from supplier where supplier.supplier_id = looked_at.supplier_id and supplier.deleted_at is not null)`;

const nameOfSupplier = sql`coalesce(
  (select name from supplier where supplier.supplier_id = found.supplier_id), found.supplier_id) as supplier_id`;

/** Counts first, and looks for examples only of what there is: a sound store is read once, and no row of it comes here. */
async function findProblems(db: Kysely<Tables>, rule: RawBuilder<unknown>): Promise<Finding[]> {
  const found = sql`(select * from (${rule}) as looked_at where problem is not null and ${isKept}) as found`;
  const counted = await sql<{ problem: string; count: number }>`
    select problem, count(*) as count from ${found} group by problem order by problem`.execute(db);
  const findings: Finding[] = [];
  for (const { problem, count } of counted.rows) {
    const { rows } = await sql<Example>`select ${nameOfSupplier}, sku_id, what from ${found}
      where problem = ${problem} limit ${sql.lit(MAX_EXAMPLES)}`.execute(db);
    findings.push({ problem, count, examples: rows });
  }
  return findings;
}

async function countRows(db: Kysely<Tables>): Promise<Omit<CheckReport, 'findings'>> {
  const { rows } = await sql<Omit<CheckReport, 'findings'>>`select
    (select count(*) from supplier) as suppliers, (select count(*) from sku where deleted_at is null) as skus,
    (select count(*) from sku_code) as codes, (select count(*) from inventory_change) as changes`.execute(db);
  const [counts] = rows;
  if (!counts) throw new Error('A count has no row.');
  return counts;
}
