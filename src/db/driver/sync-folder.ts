/** Brings a folder to disk, so that the names of new files in it are there after a power cut. */
import { open } from 'node:fs/promises';
import { codeOf } from './store-error.ts';

/** Windows cannot open a folder, and writes names through by itself. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path);
    await folder.sync();
  } catch (error) {
    if (!['EPERM', 'EISDIR'].includes(codeOf(error))) throw error;
  }
}
