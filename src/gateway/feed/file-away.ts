/** Files a claimed file away once its feed has ended, with the report beside it. */
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { WholeFeed } from '../../domain/feed.ts';
import { spooledPath, syncFolder } from '../../http/feed/spool.ts';
import { toClaim, withId, type Claim } from './names.ts';

/** What the report says of a feed. */
export type FiledFeed = Pick<
  WholeFeed,
  'feedId' | 'filename' | 'state' | 'refusal' | 'createdAt' | 'finishedAt' | 'report' | 'problems'
>;

/**
 * Moves it to `done` if no row was rejected, otherwise to `rejected`. NAME.report.json stands beside it, and NAME.rejected.csv if rows were
 * rejected. The file comes last, so an interrupted move begins again and ends alike. What stands there already stays.
 */
export async function fileAway(folder: string, claim: Claim, feed: FiledFeed, spool: string): Promise<void> {
  const { state, report } = feed;
  const isIn = state === 'DONE' && report?.rejected === 0;
  const target = join(folder, isIn ? 'done' : 'rejected');
  const name = (await isFree(target, claim)) ? claim.name : withId(claim);
  const rows = spooledPath(spool, feed.feedId, 'rejected.csv');
  // Another program with a spool of its own may have written them.
  const hasRows = report !== null && report.rejected > 0 && (await isThere(rows));
  const rejectedRows = hasRows ? `${name}.rejected.csv` : null;
  const text = describe(feed, rejectedRows);
  await putWhole(join(target, reportOf(name)), (part) => writeFile(part, text, { flag: 'wx' }));
  if (rejectedRows !== null) {
    // The spool's file is its owner's alone. This one has the folder's ordinary rights.
    const copy = (part: string) => pipeline(createReadStream(rows), createWriteStream(part, { flags: 'wx' }));
    await putWhole(join(target, rejectedRows), copy);
  }
  // What the file's move stands for must be on disk before it.
  await syncFolder(target);
  await rename(join(folder, 'claimed', toClaim(claim)), join(target, name));
  await syncFolder(target);
  await syncFolder(join(folder, 'claimed'));
}

/** What `import inventory --json` prints, and before it what became of the file as a whole. */
function describe(feed: FiledFeed, rejectedRows: string | null): string {
  const { filename, feedId, state, refusal, createdAt, finishedAt, report, problems } = feed;
  const whole = { file: filename, feedId, state, refusal, createdAt, finishedAt, rejectedRows };
  return `${JSON.stringify({ ...whole, ...report, problems }, null, 2)}\n`;
}

function reportOf(name: string): string {
  return `${name}.report.json`;
}

/** A reader finds the whole file, or none. A link that stands in the way is replaced, and not written through. */
async function putWhole(path: string, fill: (part: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    await fill(part);
    await using file = await open(part, 'r+');
    await file.sync();
  } catch (error) {
    // On a full disk it would take the place that is left.
    await rm(part, { force: true });
    throw error;
  }
  await rename(part, path);
}

/** Whether nothing stands there under the claim's name, or under the names that are made of it, but what an interrupted move left. */
async function isFree(target: string, { feedId, name }: Claim): Promise<boolean> {
  if (await isThere(join(target, name))) return false;
  const report = join(target, reportOf(name));
  const found = await lstat(report).catch(() => null);
  if (!found) return !(await isThere(join(target, `${name}.rejected.csv`)));
  return found.isFile() && (await readFile(report, 'utf8')).includes(`"feedId": "${feedId}"`);
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
