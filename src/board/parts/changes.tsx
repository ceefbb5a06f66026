/** How changes are told: what a change did, by which door it came, and when. */
import type { BoardChange } from '../api/change-documents.ts';
import { fieldNames, showValue, type Field } from '../state/fields.ts';

const fields = Object.keys(fieldNames) as Field[];

/** `In stock 5 → 7` for each value that changed. */
export function showSteps({ before, after }: Pick<BoardChange, 'before' | 'after'>): string {
  const show = (state: BoardChange['before'], field: Field) => showValue(state[field]) || 'none';
  const steps = fields
    .filter((field) => before[field] !== after[field])
    .map((field) => `${fieldNames[field]} ${show(before, field)} → ${show(after, field)}`);
  if (before.backorderDate !== after.backorderDate)
    steps.push(`Expected ${before.backorderDate ?? 'no date'} → ${after.backorderDate ?? 'no date'}`);
  return steps.join(', ');
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function Time({ time }: { time: string }) {
  return <time dateTime={time}>{clock.format(new Date(time))}</time>;
}

/** Why the change was made. Only a document on the web is a link: a URI can be anything, such as a script. */
export function Reason({ reason, uri }: { reason: string | null; uri: string | null }) {
  const isWeb = uri !== null && /^https?:\/\//i.test(uri);
  return (
    <>
      {reason}
      {isWeb && (
        <a href={uri} target="_blank" rel="noopener noreferrer">
          {' document'}
        </a>
      )}
      {uri !== null && !isWeb && <span class="hint">{` ${uri}`}</span>}
    </>
  );
}
