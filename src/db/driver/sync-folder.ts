/** Brings a folder to disk, so that the names of new files in it are there after a power cut. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { codeOf } from './store-error.ts';

/** Windows cannot open a folder, and writes names through by itself. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (!['EPERM', 'EISDIR'].includes(codeOf(error))) throw error;
  }
}
