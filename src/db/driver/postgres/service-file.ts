/** Finds a service in libpq's connection service file: https://www.postgresql.org/docs/current/libpq-pgservice.html */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The parameters of the service. Throws a one-line error if no file has it. */
export function readService(name: string, env: Environment): Map<string, string> {
  for (const path of filesOf(env)) {
    const found = existsSync(path) ? findSection(readFileSync(path, 'utf8'), name) : null;
    if (found) return found;
  }
  throw new Error(
    `No service file has the service of the database URL or of PGSERVICE. Searched: ${filesOf(env).join(', ')}.`,
  );
}

function filesOf({ PGSERVICEFILE, PGSYSCONFDIR }: Environment): string[] {
  return [
    PGSERVICEFILE ?? join(homedir(), '.pg_service.conf'),
    ...(PGSYSCONFDIR === undefined ? [] : [join(PGSYSCONFDIR, 'pg_service.conf')]),
  ];
}

/** The settings below `[name]`, up to the next section; null if there is no such section. */
function findSection(text: string, name: string): Map<string, string> | null {
  let section: Map<string, string> | null = null;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (section) return section;
      if (line === `[${name}]`) section = new Map();
      continue;
    }
    const equals = line.indexOf('=');
    if (equals > 0) section?.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return section;
}
