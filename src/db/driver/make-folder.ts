/** Makes folders that only their owner may enter. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './store-error.ts';

const FOLDER_OWNER_ONLY = 0o700;

/**
 * Makes the folder and those above it, if they are missing. Throws a clear line if a file is in the way, and what the system throws. Node's
 * own recursive mkdir never ends where the system denies that the parent is there, as below /proc.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, FOLDER_OWNER_ONLY);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      if (statSync(path).isDirectory()) return;
      throw new Error(`${path} is a file. Name a folder.`, { cause: error });
    }
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
    makeFolder(parent);
    // Another process may have made it meanwhile.
    makeFolder(path);
  }
}
