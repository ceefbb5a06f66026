/** An import on its way: a dry run first, then the same file again, which stores it. */
import { signal } from '@preact/signals';
import type { Feed, ImportOptions } from '../../../packages/client/src/import-file.ts';
import { importFile } from '../api/feeds.ts';
import { notify } from '../state/notices.ts';
import { createKey } from './keys.ts';
import { pending } from './pending.ts';
import { untilReachable } from '../state/reachable.ts';
import { reason } from './reason.ts';
import { MAX_UNDONE, noteDone, undo } from './undo.ts';

export interface Import {
  readonly file: File;
  /** A full file sets the SKUs that it does not name to 0. */
  readonly isFull: boolean;
  readonly step: 'checking' | 'checked' | 'applying' | 'applied';
  /** The feed of this step; null until the gateway has taken the file. */
  readonly feed: Feed | null;
  /** Rows of the file, as the check counted them; 0 before that. */
  readonly rows: number;
  /** Undoes it, once it is applied; null if the page cannot. */
  readonly undo?: (() => Promise<void>) | null;
  /** Why the gateway did not take the file. */
  readonly fault: string | null;
}

/** The import whose dialog is open. */
export const importing = signal<Import | null>(null);

/** The gateway's limit, in bytes. */
const MAX_BYTES = 256 * 1_048_576;

/** Shows what the file would change. */
export async function checkFile(chosen: File, isFull = false): Promise<void> {
  if (chosen.size > MAX_BYTES) return notify({ text: 'The file has more than 256 MiB.', isFault: true });
  // What is applied is what was shown, even if the file is saved anew meanwhile.
  const content = await chosen.arrayBuffer().catch(() => null);
  if (!content) return notify({ text: 'The file cannot be read. Choose it again.', isFault: true });
  return check(new File([content], chosen.name), isFull);
}

/** Shows what the file would change that the dialog has. */
export function checkAgain(isFull: boolean): Promise<void> {
  const now = importing.value;
  return now ? check(now.file, isFull) : Promise.resolve();
}

function check(file: File, isFull: boolean): Promise<void> {
  importing.value = { file, isFull, step: 'checking', feed: null, rows: 0, fault: null };
  return run('checked', { dryRun: true });
}

/** Stores what was shown. A file that the brake holds is let through by the number that was shown. */
export async function applyFile(): Promise<void> {
  const now = importing.value;
  if (now?.step !== 'checked') return;
  const zeroed = now.feed?.report?.zeroed;
  importing.value = { ...now, step: 'applying', feed: null };
  await pending(() =>
    run('applied', {
      ...(zeroed && { allowZeroing: zeroed }),
      ...(reason.value !== '' && { reason: reason.value }),
    }),
  );
}

/** Closes the dialog. A file that is being applied goes on, and its end is told. */
export function closeImport(): void {
  importing.value = null;
}

async function run(next: Import['step'], options: Pick<ImportOptions, 'dryRun' | 'allowZeroing' | 'reason'>) {
  const begun = importing.value;
  if (!begun) return;
  const idempotencyKey = createKey();
  // The dialog may have been closed meanwhile, or show another file.
  const show = (change: Partial<Import>) => {
    const now = importing.value;
    if (now?.file === begun.file && now.isFull === begun.isFull) importing.value = { ...now, ...change };
    else if (next === 'applied' && change.step) tellEnd(begun.file.name, change);
  };
  try {
    const mode = begun.isFull ? 'full' : 'delta';
    const onProgress = (feed: Feed) => show({ feed });
    const feed = await untilReachable(() =>
      importFile(begun.file, { ...options, mode, idempotencyKey, onProgress }),
    );
    show({ step: next, feed, rows: feed.rowsRead, undo: undoOf(feed) });
  } catch (error) {
    show({ step: next, fault: error instanceof Error ? error.message : String(error) });
  }
}

/** Null if nothing was changed, or more than the gateway undoes in one call. */
function undoOf({ report }: Feed): (() => Promise<void>) | null {
  const { groupId = null, applied = 0, zeroed = 0 } = report ?? {};
  return groupId !== null && applied + zeroed <= MAX_UNDONE ? noteDone(() => undo({ groupId })) : null;
}

/** The dialog is gone: a notice says how the import ended. */
function tellEnd(name: string, { feed, fault, undo: undoIt }: Partial<Import>): void {
  const wrong = fault ?? feed?.refusal?.message;
  const text = wrong
    ? `${name}: ${wrong}`
    : `${name} is imported: ${feed?.report?.applied.toLocaleString()} rows changed.`;
  notify({ text, isFault: Boolean(wrong), ...(undoIt && { undo: undoIt }) });
}
