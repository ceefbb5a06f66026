/** Asks whose value holds when somebody else was faster. */
import { useEffect, useState } from 'preact/hooks';
import { conflicts, type Asked, type Conflict } from '../edit/conflicts.ts';
import { isTyping } from '../state/typing.ts';
import { fieldNames, showValue } from '../state/fields.ts';
import { showTime } from '../grid/columns.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Keys that are pressed so soon after the dialog has opened, in milliseconds, were meant for something else. */
const DEAF_MS = 400;

export function ConflictDialog() {
  const [asked] = conflicts.value;
  // It waits while somebody types: what is typed is no answer.
  if (!asked || isTyping.value) return null;
  const { field, skuId } = asked.conflict;
  return <Question key={`${field} ${skuId}`} asked={asked} />;
}

function Question({ asked }: { asked: Asked }) {
  const { skuId, field } = asked.conflict;
  const hears = useHearing();
  const onKeyDown = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
    if (!hears || ctrlKey || metaKey || altKey) return;
    if (key.toLowerCase() === 'm') asked.choose('mine');
    if (key.toLowerCase() === 't') asked.choose('theirs');
  };
  return (
    <Dialog title="Changed by someone else" onClose={() => asked.choose(null)} onKeyDown={onKeyDown}>
      <p>
        {fieldNames[field]} of <strong>{skuId}</strong> is not what you saw any more.
      </p>
      <Values conflict={asked.conflict} />
      <footer>
        <button
          type="button"
          aria-keyshortcuts={hears ? 't' : undefined}
          onClick={() => asked.choose('theirs')}
        >
          Take theirs
        </button>
        <button
          type="button"
          class="main"
          aria-keyshortcuts={hears ? 'm' : undefined}
          onClick={() => asked.choose('mine')}
        >
          Keep mine
        </button>
      </footer>
      <p class="hint">Press T or M. Escape leaves it open.</p>
    </Dialog>
  );
}

function Values({ conflict: { before, mine, theirs, lastChange } }: { conflict: Conflict }) {
  const show = (value: typeof mine) => showValue(value) || 'none';
  return (
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
  );
}

function useHearing(): boolean {
  const [hears, setHears] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setHears(true), DEAF_MS);
    return () => clearTimeout(timer);
  }, []);
  return hears;
}
