/** Asks whose value holds when somebody else was faster. */
import { conflicts } from '../edit/conflicts.ts';
import { fieldNames, showValue } from '../state/fields.ts';
import { showTime } from '../grid/columns.ts';
import { Dialog } from '../parts/dialog.tsx';

export function ConflictDialog() {
  const [asked] = conflicts.value;
  if (!asked) return null;
  const { skuId, field, before, mine, theirs, lastChange } = asked.conflict;
  const show = (value: typeof mine) => showValue(value) || 'none';
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'm') asked.choose('mine');
    if (key === 't') asked.choose('theirs');
  };
  return (
    <Dialog
      key={`${field} ${skuId}`}
      title="Changed by someone else"
      onClose={() => asked.choose(null)}
      onKeyDown={onKeyDown}
    >
      <p>
        {fieldNames[field]} of <strong>{skuId}</strong> is not what you saw any more.
      </p>
      <dl class="values">
        <dt>You saw</dt>
        <dd>{show(before)}</dd>
        <dt>Theirs</dt>
        <dd>
          {show(theirs)}
          {lastChange && (
            <span class="hint">
              {` ${lastChange.actor}, ${showTime(lastChange.changedAt)}`}
              {lastChange.reason !== null && `: ${lastChange.reason}`}
            </span>
          )}
        </dd>
        <dt>Yours</dt>
        <dd>{show(mine)}</dd>
      </dl>
      <footer>
        <button type="button" aria-keyshortcuts="t" onClick={() => asked.choose('theirs')}>
          Take theirs
        </button>
        <button type="button" class="main" aria-keyshortcuts="m" onClick={() => asked.choose('mine')}>
          Keep mine
        </button>
      </footer>
      <p class="hint">Press T or M. Escape leaves it open.</p>
    </Dialog>
  );
}
