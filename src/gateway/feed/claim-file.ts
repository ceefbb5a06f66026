/** Claims a dropped file by a rename. */
import { randomUUID } from 'node:crypto';
import { constants, lstat, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../http/feed/spool.ts';
import { shorten, toClaim, type Claim } from './names.ts';

// A link is not followed, and a pipe without a writer does not wait for one. Windows has neither flag, and undefined counts as 0.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Null: there is no such ordinary file any more. The rename is on disk before the feed is queued: otherwise a power cut could bring the
 * file back, to be applied again.
 */
export async function claimFile(folder: string, name: string): Promise<Claim | null> {
  const path = join(folder, 'in', name);
  if (!(await syncFile(path))) return null;
  const claim = { feedId: randomUUID(), name: shorten(name) };
  const claimed = join(folder, 'claimed');
  const to = join(claimed, toClaim(claim));
  await rename(path, to);
  await syncFolder(claimed);
  await syncFolder(join(folder, 'in'));
  // The sender can exchange its file for a link until it is renamed. What the link leads to is not the sender's.
  if (!(await lstat(to)).isFile()) throw new Error(`${to} is no ordinary file. It is not read; delete it.`);
  return claim;
}

/** Programs that receive files rarely sync them. A claimed file must be whole after a power cut too. Throws if it may not be read. */
async function syncFile(path: string): Promise<boolean> {
  try {
    await using file = await open(path, FLAGS);
    if (!(await file.stat()).isFile()) return false;
    await file.sync();
    return true;
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
