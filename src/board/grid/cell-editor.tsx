/** The editor inside a cell: a number field, or the choice of a restriction. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import { saveEdit } from '../edit/edits.ts';
import { fieldNames, readValue } from '../state/fields.ts';
import { restrictions } from '../state/view.ts';
import { active, editing, type Editing } from './cursor.ts';

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
  const [text, setText] = useState(
    field === 'restrictions' ? chooseBy(typed, seen.restrictions) : (typed ?? String(seen[field])),
  );
  const [fault, setFault] = useState<string | null>(null);
  const ref = useRef<HTMLInputElement & HTMLSelectElement>(null);
  // Before the next key: what is typed fast must not miss the field.
  useLayoutEffect(() => {
    ref.current?.focus();
    if (typed === null && field !== 'restrictions') ref.current?.select();
  }, []);
  const save = (leave: Leave) => {
    const value = readValue(field, text);
    if (value === undefined) return setFault(`Type a whole number from 0 to ${MAX_QUANTITY}.`);
    if (value !== seen[field]) saveEdit(seen, field, value);
    close(open, leave);
    focusGrid();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      close(open, 'stay');
      focusGrid();
    } else if (event.key === 'Enter') save('down');
    else if (event.key === 'Tab') save(event.shiftKey ? 'left' : 'right');
    else return;
    event.preventDefault();
  };
  const onInput = ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
    setFault(null);
    setText(value);
  };
  // Leaving the cell by the mouse saves, as in a spreadsheet. A value that cannot be saved is given up.
  const onBlur = () => {
    if (editing.value !== open) return;
    const value = readValue(field, text);
    if (value !== undefined && value !== seen[field]) saveEdit(seen, field, value);
    editing.value = null;
  };
  return { ref, value: text, fault, onKeyDown, onInput, onBlur };
}

/** The restriction that begins with the typed letter; without one, the present one. */
function chooseBy(typed: string | null, present: string | null): string {
  const begun = typed && Object.keys(restrictions).find((code) => code.startsWith(typed.toUpperCase()));
  return (begun || (typed === '' ? '' : (present ?? ''))).toLowerCase();
}

function close({ row, column }: Editing, leave: Leave): void {
  editing.value = null;
  if (leave === 'down') active.value = { row: row + 1, column };
  if (leave === 'right') active.value = { row, column: column + 1 };
  if (leave === 'left') active.value = { row, column: column - 1 };
}
