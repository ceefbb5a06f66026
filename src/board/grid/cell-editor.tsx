/** The editor inside a cell: a number field, or the choice of a restriction. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import { dropEdit, presentValue, refusedEdit, saveEdit } from '../edit/edits.ts';
import { fieldNames, readValue } from '../state/fields.ts';
import { notify } from '../state/notices.ts';
import { restrictions } from '../state/view.ts';
import { activate, editing, type Editing } from './cursor.ts';

/** Where the cursor goes after Enter, Tab and Shift+Tab. */
type Leave = 'down' | 'right' | 'left' | 'stay';

interface EditorProps {
  readonly open: Editing;
  readonly focusGrid: () => void;
}

export function CellEditor({ open, focusGrid }: EditorProps) {
  const { field } = open;
  const { fault, ...control } = useEditor({ open, focusGrid });
  if (field === 'restrictions') {
    return (
      <select {...control} aria-label={fieldNames[field]} class="editor">
        <option value="">none</option>
        {Object.entries(restrictions).map(([code, words]) => (
          <option key={code} value={code.toLowerCase()}>
            {words}
          </option>
        ))}
      </select>
    );
  }
  return (
    <>
      <input
        {...control}
        aria-label={fieldNames[field]}
        aria-invalid={fault !== null}
        class="editor"
        inputMode="numeric"
        autocomplete="off"
      />
      {fault !== null && <span role="alert">{fault}</span>}
    </>
  );
}

/** What the number field and the choice share. */
function useEditor({ open, focusGrid }: EditorProps) {
  const { field, seen, typed } = open;
  // A refused value is kept: it can be corrected, and sent again.
  const [refused] = useState(() => refusedEdit(seen, field));
  const [present] = useState(() => presentValue(seen, field));
  const begun = String((refused ? refused.value : present) ?? '');
  const [text, setText] = useState(field === 'restrictions' ? chooseBy(typed, begun) : (typed ?? begun));
  const [fault, setFault] = useState<string | null>(null);
  const ref = useRef<HTMLInputElement & HTMLSelectElement>(null);
  // Before the next key: what is typed fast must not miss the field.
  useLayoutEffect(() => {
    ref.current?.focus();
    if (typed === null && field !== 'restrictions') ref.current?.select();
  }, []);
  /** True if the value is on its way, or needs not be. */
  const save = () => {
    const value = readValue(field, text);
    if (value === undefined) return false;
    if (value !== present) saveEdit(seen, field, value);
    else if (refused) dropEdit(seen.skuId, field);
    return true;
  };
  const saveAndLeave = (leave: Leave) => {
    if (!save()) return setFault(`Type a whole number from 0 to ${MAX_QUANTITY}.`);
    close(open, leave);
    focusGrid();
  };
  useClickElsewhere(ref, () => {
    if (!save())
      notify({ text: `"${text}" is no value of ${fieldNames[field]}. It was not saved.`, isFault: true });
    close(open, 'stay');
  });
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      close(open, 'stay');
      focusGrid();
    } else if (event.key === 'Enter') saveAndLeave('down');
    else if (event.key === 'Tab') saveAndLeave(event.shiftKey ? 'left' : 'right');
    else return;
    event.preventDefault();
  };
  const onInput = ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
    setFault(null);
    setText(value);
  };
  return { ref, value: text, fault, onKeyDown, onInput };
}

/**
 * A click elsewhere saves, as in a spreadsheet. Losing the focus alone does not: a dialog or another window may have taken it in the
 * middle of a number.
 */
function useClickElsewhere(ref: { readonly current: HTMLElement | null }, onClick: () => void): void {
  const latest = useRef(onClick);
  latest.current = onClick;
  useLayoutEffect(() => {
    const note = ({ target }: PointerEvent) => {
      const isOutside = target instanceof Node && !ref.current?.parentElement?.contains(target);
      // A dialog is no place to leave to: the number is finished after it.
      const isDialog = target instanceof Element && target.closest('dialog') !== null;
      if (isOutside && !isDialog) latest.current();
    };
    document.addEventListener('pointerdown', note, true);
    return () => document.removeEventListener('pointerdown', note, true);
  }, []);
}

/** The restriction that begins with the typed letter; without one, the present one. */
function chooseBy(typed: string | null, present: string): string {
  const begun = typed && Object.keys(restrictions).find((code) => code.startsWith(typed.toUpperCase()));
  return (begun || (typed === '' ? '' : present)).toLowerCase();
}

function close({ row, column }: Editing, leave: Leave): void {
  editing.value = null;
  if (leave === 'down') activate({ row: row + 1, column });
  if (leave === 'right') activate({ row, column: column + 1 });
  if (leave === 'left') activate({ row, column: column - 1 });
}
