/** The key that seals webhook secrets. It is a file outside the database, so that a stolen database signs no message. */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf } from '../driver/store-error.ts';
import { OWNER_ONLY } from '../driver/private-file.ts';

const KEY_BYTES = 32;

/** Where the key is. */
export interface KeyFile {
  readonly path: string;
  /** Whether it is the default beside a SQLite file, and is made when it is first needed. */
  readonly isDefault: boolean;
}

/** The file that was given, or the one beside a SQLite database. Null: PostgreSQL has no folder for one. */
export function keyFileOf(databaseUrl: string, given: string | undefined): KeyFile | null {
  if (given !== undefined) return { path: given, isDefault: false };
  const path = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null;
  return path === null ? null : { path: `${path}.webhook-key`, isDefault: true };
}

const NO_FILE =
  'Webhook secrets are sealed with a key outside the database. Name its file with --webhook-key-file (STOCKGATE_WEBHOOK_KEY_FILE). ' +
  'Make one with: (umask 077; openssl rand -base64 32 > FILE)';

/** Reads the key. Throws a line that says what to do if there is none. */
export function readKey(file: KeyFile | null): Buffer {
  if (!file) throw new Error(NO_FILE);
  let text: string;
  try {
    text = readFileSync(file.path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const advice =
      'Name the file that has it with --webhook-key-file, or rotate the secrets of all endpoints.';
    throw new Error(
      file.isDefault
        ? `There is no webhook key at ${file.path}. ${advice}`
        : `There is no file ${file.path}. ${NO_FILE}`,
      { cause: error },
    );
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new Error(`${file.path} is no webhook key: it must hold ${KEY_BYTES} bytes in base64.`);
}

/**
 * As `readKey`, but with `mayMake` it makes the default file if it is missing. Of two processes that make it, the slower one reads the
 * other's.
 */
export function readOrMakeKey(file: KeyFile | null, mayMake: boolean): Buffer {
  if (mayMake && file?.isDefault) makeKey(file.path);
  return readKey(file);
}

function makeKey(path: string): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
    flag: 'wx',
    mode: OWNER_ONLY,
    flush: true,
  });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}
