/** The history of one SKU: its quantity over time, and each change with its undo. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { BoardChange } from '../api/change-documents.ts';
import { onChanges } from '../live/live.ts';
import { Reason, showSteps, Time } from '../parts/changes.tsx';
import { undo } from '../edit/undo.ts';
import { closeHistory, history, historyOf, openings, readHistoryAgain, readOlder } from '../state/history.ts';
import { sources } from '../state/sources.ts';
import { StepChart } from './step-chart.tsx';

export function HistoryPanel({ mayEdit }: { mayEdit: boolean }) {
  const skuId = historyOf.value;
  useEffect(
    () =>
      onChanges((changes) => {
        if (changes.some((change) => change.skuId === historyOf.peek())) readHistoryAgain();
      }),
    [],
  );
  const { heading, close } = useFocus();
  if (skuId === null) return null;
  const read = history.value;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
  };
  return (
    <section class="panel" aria-label={`History of ${skuId}`} onKeyDown={onKeyDown}>
      <header>
        <h2 ref={heading} tabIndex={-1}>{`History of ${skuId}`}</h2>
        <button type="button" class="quiet" aria-label="Close history" onClick={close}>
          ×
        </button>
      </header>
      {read?.title && <p class="hint">{read.title}</p>}
      {read?.fault && (
        <p class="fault" role="alert">
          {read.fault}
        </p>
      )}
      {read && (!read.fault || read.changes.items.length > 0) && (
        <Changes changes={read.changes.items} mayEdit={mayEdit} />
      )}
      {read?.changes.after && (
        <button type="button" onClick={() => void readOlder()}>
          Older changes
        </button>
      )}
    </section>
  );
}

/** The openings that have had the focus. A panel that is drawn anew after a look at Activity takes none. */
let focused = 0;
let openedFrom: Element | null = null;

/** Brings the focus to the heading of a history that is opened. `close` gives it back to where it was. */
function useFocus() {
  const heading = useRef<HTMLHeadingElement>(null);
  const opened = openings.value;
  useLayoutEffect(() => {
    if (opened === focused) return;
    focused = opened;
    const now = document.activeElement;
    if (!heading.current?.closest('.panel')?.contains(now)) openedFrom = now;
    heading.current?.focus();
  }, [opened]);
  const close = () => {
    const isThere = openedFrom !== document.body && openedFrom?.isConnected === true;
    const back = isThere ? openedFrom : document.querySelector('[role=gridcell][tabindex="0"]');
    closeHistory();
    if (back instanceof HTMLElement) back.focus();
  };
  return { heading, close };
}

function Changes({ changes, mayEdit }: { changes: readonly BoardChange[]; mayEdit: boolean }) {
  if (changes.length === 0) return <p class="hint">Nobody has changed this SKU yet.</p>;
  return (
    <>
      <StepChart changes={changes} />
      <ol class="changes">
        {changes.map((change, i) => (
          <li key={change.version}>
            <strong>{showSteps(change)}</strong>
            <span class="hint">
              <Time time={change.changedAt} />
              {`, ${change.actor}, ${sources[change.source]}`}
            </span>
            <span>
              <Reason reason={change.reason} uri={change.referenceDocumentUri} />
            </span>
            {mayEdit && change.id !== null && <UndoThis id={change.id} isNewest={i === 0} />}
          </li>
        ))}
      </ol>
    </>
  );
}

/** An older change cannot be undone by itself: that would lose what came after it. */
function UndoThis({ id, isNewest }: { id: string; isNewest: boolean }) {
  return (
    <button
      type="button"
      disabled={!isNewest}
      title={isNewest ? undefined : 'Undo the newer changes first.'}
      onClick={() => void undo({ changeIds: [id] })}
    >
      Undo this
    </button>
  );
}
