/** An import on its way: a dry run first, then the same file again, which stores it. */
import { signal } from '@preact/signals';
import { followFeed, handIn, type Feed, type Parameters } from '../api/feeds.ts';
import { createKey } from './keys.ts';
import { untilReachable } from '../state/reachable.ts';
import { reason } from './reason.ts';
import { noteDone, undo } from './undo.ts';

export interface Import {
  readonly file: File;
  /** A full file sets the SKUs that it does not name to 0. */
  readonly isFull: boolean;
  readonly step: 'checking' | 'checked' | 'applying' | 'applied';
  /** The feed of this step; null until the gateway has taken the file. */
  readonly feed: Feed | null;
  /** Rows of the file, as the check counted them; 0 before that. */
  readonly rows: number;
  /** Why the gateway did not take the file. */
  readonly fault: string | null;
}

/** The import whose dialog is open. */
export const importing = signal<Import | null>(null);

/** Shows what the file would change. */
export function checkFile(file: File, isFull = false): Promise<void> {
  importing.value = { file, isFull, step: 'checking', feed: null, rows: 0, fault: null };
  return run('checked', { dryRun: true });
}

/** Stores what was shown. A file that the brake holds is let through by the number that was shown. */
export function applyFile(): Promise<void> {
  const now = importing.value;
  if (now?.step !== 'checked') return Promise.resolve();
  const zeroed = now.feed?.report?.zeroed;
  importing.value = { ...now, step: 'applying', feed: null };
  return run('applied', {
    ...(zeroed && { allowZeroing: zeroed }),
    ...(reason.value !== '' && { reason: reason.value }),
  });
}

/** Closes the dialog. A file that is being applied goes on. */
export function closeImport(): void {
  importing.value = null;
}

async function run(next: Import['step'], parameters: Parameters): Promise<void> {
  const begun = importing.value;
  if (!begun) return;
  const key = createKey();
  // The dialog may have been closed meanwhile, or show another file.
  const show = (change: Partial<Import>) => {
    const now = importing.value;
    if (now?.file === begun.file && now.isFull === begun.isFull) importing.value = { ...now, ...change };
  };
  try {
    const mode = begun.isFull ? 'full' : 'delta';
    const taken = await untilReachable(() => handIn(begun.file, { ...parameters, mode }, key));
    const feed = await untilReachable(() => followFeed(taken, (step) => show({ feed: step })));
    const groupId = feed.report?.groupId;
    if (groupId) noteDone(() => undo({ groupId }));
    show({ step: next, feed, rows: feed.rowsRead });
  } catch (error) {
    show({ step: next, fault: error instanceof Error ? error.message : String(error) });
  }
}
