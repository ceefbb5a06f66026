/** Tells what a PostgreSQL server's settings mean for acknowledged updates. SQLite needs no such check: open-store.ts sets its own. */
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';

/** If one of these is off, PostgreSQL acknowledges commits that a power cut can undo. */
const needed = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;
/** With these values of synchronous_commit a commit does not wait for a standby. */
const unreplicated = ['off', 'local'];

const STANDBY =
  'The PostgreSQL server is a standby: updates are refused until it is promoted. Name the server that takes writes, or all of them with target_session_attrs=read-write.';

/** What an acknowledged update can survive. */
export interface Durability {
  /** Whether commits wait for a standby. Null on SQLite, and on a server that is a standby itself. */
  readonly waitsForStandby: boolean | null;
  /** One for each setting that loses updates. */
  readonly warnings: readonly string[];
}

/** `expectsStandby`: the operator expects commits to wait for one. */
export async function describeDurability({ kind, db }: Store, expectsStandby = false): Promise<Durability> {
  if (kind === 'sqlite') return { waitsForStandby: null, warnings: [] };
  const { rows } = await sql<{ name: string; setting: string; standby: boolean }>`
    select name, setting, pg_is_in_recovery() as standby from pg_settings where name in (${sql.join([...needed, 'synchronous_standby_names'])})`.execute(
    db,
  );
  if (rows.some(({ standby }) => standby)) return { waitsForStandby: null, warnings: [STANDBY] };
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  const off = needed.filter((name) => settings.get(name) === 'off');
  const names = settings.get('synchronous_standby_names') ?? '';
  const level = settings.get('synchronous_commit') ?? '';
  const waitsForStandby = names.trim() !== '' && !unreplicated.includes(level);
  const isLocal = level === 'local' && names.trim() !== '';
  return {
    waitsForStandby,
    warnings: [
      ...off.map(
        (name) =>
          `PostgreSQL runs with ${name}=off: updates that were answered can be lost. Set ${name}=on before you rely on it.`,
      ),
      ...(isLocal
        ? [
            'PostgreSQL runs with synchronous_commit=local: a failover can lose updates that were answered, although there is a synchronous standby. Set synchronous_commit=on.',
          ]
        : []),
      ...(expectsStandby && !waitsForStandby
        ? [
            'Commits of PostgreSQL wait for no standby, so a failover can lose updates that were answered. Set synchronous_standby_names, or leave out --expect-sync-standby.',
          ]
        : []),
    ],
  };
}
