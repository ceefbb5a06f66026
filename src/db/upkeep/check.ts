/** Checks that the rows of a store fit together: the file, each SKU and its changes, positions, codes. It only reads. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { UnavailableError } from '../../domain/unavailable.ts';
import { findRules, keyDays } from './check-rules.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreKind } from '../store/store.ts';
import { codeOf } from '../driver/store-error.ts';
import type { Tables } from '../store/tables.ts';
import { inSnapshot } from '../store/transaction.ts';

/** Examples listed for each problem, at most. */
const MAX_EXAMPLES = 3;

/** A kind of problem, the number of rows that have it, and a few of them. */
export interface Finding {
  readonly problem: string;
  readonly count: number;
  readonly examples: readonly Example[];
}

/** One row that has a problem. */
export interface Example {
  /** The supplier's name. Null if the problem belongs to no supplier, such as a damaged file. */
  readonly supplier_id: string | null;
  /** Null if the problem belongs to no SKU. */
  readonly sku_id: string | null;
  /** What is wrong with the row, for people. */
  readonly what: string;
}

/** The findings, and the number of rows that were checked. All numbers are 0 if SQLite's file is damaged. */
export interface CheckReport {
  readonly findings: readonly Finding[];
  readonly suppliers: number;
  readonly skus: number;
  readonly codes: number;
  readonly changes: number;
}

/**
 * Checks a store as it is at one moment, while other processes may write to it. It neither creates nor migrates the store. Throws if
 * the store cannot be read at all.
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

/** Checks the tables within the caller's transaction. It need not be committed: a copy is checked before its commit. */
export async function checkTables(db: Kysely<Tables>, kind: StoreKind): Promise<CheckReport> {
  const findings = kind === 'sqlite' ? await checkFile(db) : [];
  // Rows read from a damaged file prove nothing, so skip the rules.
  if (findings.length > 0) return { findings, suppliers: 0, skus: 0, codes: 0, changes: 0 };
  const rules = kind === 'sqlite' ? [danglingReferences, ...findRules] : [...findRules, keyDays];
  for (const rule of rules) findings.push(...(await findProblems(db, rule)));
  return { findings, ...(await countRows(db)) };
}

/** SQLite lists 100 faults at most, so the count is then 100. */
async function checkFile(db: Kysely<Tables>): Promise<Finding[]> {
  const { rows } = await sql<{ what: string }>`select integrity_check as what
    from pragma_integrity_check where integrity_check <> 'ok'`.execute(db);
  if (rows.length === 0) return [];
  const examples = rows.slice(0, MAX_EXAMPLES).map(({ what }) => ({ supplier_id: null, sku_id: null, what }));
  return [{ problem: 'The file is damaged', count: rows.length, examples }];
}

/** SQLite's own check of foreign keys. PostgreSQL enforces them always. */
const danglingReferences = sql`
  select 'A row refers to one that does not exist' as problem, null as supplier_id, null as sku_id,
    concat('a row of ', "table", ' refers to a missing ', parent) as what
  from pragma_foreign_key_check`;

/** A supplier is deleted in several transactions. Until the last one its rows need not fit together, so skip them. */
const isKept = sql`not exists (
  select 1 from supplier where supplier.supplier_id = looked_at.supplier_id and supplier.deleted_at is not null)`;

const nameOfSupplier = sql`coalesce(
  (select name from supplier where supplier.supplier_id = found.supplier_id), found.supplier_id) as supplier_id`;

/** Counts first, and reads examples only of problems that exist. A sound store is then read once, and no row leaves it. */
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
