/** Migration 0013: how old the log is at its positions, and up to where it was pruned. Webhook endpoints can be disabled for the latter. */
import { sql, type Kysely, type RawBuilder } from 'kysely';

const REASONS = sql.raw(`('BY_HAND', 'GONE', 'FAILING', 'CURSOR_AHEAD', 'CURSOR_EXPIRED')`);
const DAY_MS = 86_400_000;
/** Rows that one statement inserts. */
const PART_ROWS = 500;

/** Runs the migration. Existing logs get their ages from the times of their changes, as there is nothing else to tell by. */
export async function addHorizons(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const isSqlite = store === 'sqlite';
  const text = isSqlite ? sql`text` : sql`text collate "C"`;
  const bigint = isSqlite ? sql`integer` : sql`bigint`;
  await sql`alter table supplier add column pruned_position ${bigint} not null default 0 check (pruned_position >= 0)`.execute(
    db,
  );
  await sql`create table log_age (
    supplier_id ${text} not null references supplier (supplier_id),
    made_at_ms ${bigint} not null,
    position ${bigint} not null check (position > 0),
    constraint log_age_key primary key (supplier_id, made_at_ms)
  ) ${isSqlite ? sql`strict, without rowid` : sql``}`.execute(db);
  await sql`create index log_age_by_time on log_age (made_at_ms)`.execute(db);
  await noteAges(db, isSqlite ? sqliteNow : postgresNow);
  await (isSqlite ? replaceReason(db) : changeReasons(db));
}

/** The wall clock, as times are stored. */
const sqliteNow = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;
const postgresNow = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

interface Day {
  readonly supplier_id: string;
  /** The position of the supplier's newest change. */
  readonly last: number;
  /** Such as 2026-12-01. */
  readonly day: string;
  /** The position of the supplier's first change on this day. */
  readonly first: number;
}

/**
 * Notes how far each log had come when a day ended: to the position before the first change of a later day. So a change that a wrong clock
 * dated too early is not taken for an old one. Ages count from the newest change, if that is earlier than now, for the same reason.
 */
async function noteAges(db: Kysely<unknown>, wallClock: RawBuilder<unknown>): Promise<void> {
  const { rows } =
    await sql<Day>`select supplier.supplier_id, supplier.last_position as last, days.day, days.first
    from supplier inner join (
      select supplier_id, substr(changed_at, 1, 10) as day, min(position) as first
      from inventory_change group by supplier_id, substr(changed_at, 1, 10)
    ) as days on days.supplier_id = supplier.supplier_id order by 1, 3 desc`.execute(db);
  const clock = await sql<{ elapsed_ms: number }>`select elapsed_ms from service_clock`.execute(db);
  const now = clock.rows[0]?.elapsed_ms ?? 0;
  const times = await sql<{ now: string; newest: string | null }>`
    select ${wallClock} as now, (select max(changed_at) from inventory_change) as newest`.execute(db);
  const end = Math.min(
    ...times.rows.flatMap((row) => [row.now, row.newest ?? '']).map((at) => Date.parse(at)),
  );
  const ages: { supplier_id: string; made_at_ms: number; position: number }[] = [];
  let supplier = '';
  let position = 0;
  for (const { supplier_id, last, day, first } of rows) {
    if (supplier_id !== supplier) position = last;
    supplier = supplier_id;
    const ageMs = end - Date.parse(day) - DAY_MS;
    if (position > 0 && ageMs >= 0) ages.push({ supplier_id, made_at_ms: Math.floor(now - ageMs), position });
    position = Math.min(position, first - 1);
  }
  for (let start = 0; start < ages.length; start += PART_ROWS) {
    const values = ages
      .slice(start, start + PART_ROWS)
      .map((age) => sql`(${age.supplier_id}, ${age.made_at_ms}, ${age.position})`);
    await sql`insert into log_age (supplier_id, made_at_ms, position) values ${sql.join(values)}`.execute(db);
  }
}

async function changeReasons(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhook_endpoint drop constraint webhook_endpoint_disabled_reason_check`.execute(db);
  await sql`alter table webhook_endpoint add constraint webhook_endpoint_disabled_reason_check
    check (disabled_reason in ${REASONS})`.execute(db);
}

/** SQLite cannot change a check, so the column gives way to another of its name. */
async function replaceReason(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhook_endpoint add column reason text check (reason in ${REASONS})`.execute(db);
  await sql`update webhook_endpoint set reason = disabled_reason`.execute(db);
  await sql`alter table webhook_endpoint drop column disabled_reason`.execute(db);
  await sql`alter table webhook_endpoint rename column reason to disabled_reason`.execute(db);
}
