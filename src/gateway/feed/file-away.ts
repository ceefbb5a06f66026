/** Files a claimed file away once its feed has ended, with the report beside it. */
import { copyFile, lstat, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { WholeFeed } from '../../domain/feed.ts';
import { spooledPath, syncFolder } from '../../http/feed/spool.ts';
import { toClaim, withId, type Claim } from './names.ts';

/**
 * Moves it to `done` if every row went in, otherwise to `rejected`. NAME.report.json stands beside it, and NAME.rejected.csv if rows were
 * rejected. The file comes last, so an interrupted move begins again and ends alike. What stands there already stays.
 */
export async function fileAway(folder: string, claim: Claim, feed: WholeFeed, spool: string): Promise<void> {
  const { state, report } = feed;
  const isIn = state === 'DONE' && report?.rejected === 0;
  const target = join(folder, isIn ? 'done' : 'rejected');
  const name = (await isTaken(join(target, claim.name))) ? withId(claim) : claim.name;
  const hasRejected = report !== null && report.rejected > 0;
  const rejectedRows = `${name}.rejected.csv`;
  if (hasRejected)
    await copyFile(spooledPath(spool, feed.feedId, 'rejected.csv'), join(target, rejectedRows));
  const text = describe(feed, hasRejected ? rejectedRows : null);
  await writeWhole(join(target, `${name}.report.json`), text);
  await rename(join(folder, 'claimed', toClaim(claim)), join(target, name));
  await syncFolder(target);
}

/** What `import inventory --json` prints, and before it what became of the file as a whole. */
function describe(feed: WholeFeed, rejectedRows: string | null): string {
  const { filename, feedId, state, refusal, createdAt, finishedAt, report, problems } = feed;
  const whole = { file: filename, feedId, state, refusal, createdAt, finishedAt, rejectedRows };
  return `${JSON.stringify({ ...whole, ...report, problems }, null, 2)}\n`;
}

/** A reader finds the whole text, or no file. */
async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  {
    await using file = await open(part, 'w');
    await file.writeFile(text);
    await file.sync();
  }
  await rename(part, path);
}

async function isTaken(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
