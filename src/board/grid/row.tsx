/** One row of the grid. */
import type { BoardSku } from '../api/documents.ts';
import { dropEdit, edits, nameOf, type Edit } from '../edit/edits.ts';
import { showValue } from '../state/fields.ts';
import { isGlowing } from '../state/glow.ts';
import { openHistory } from '../state/history.ts';
import { CellEditor } from './cell-editor.tsx';
import { columns, LAST_CHANGE, type Column } from './columns.ts';
import { activate, active, beginEditing, editing } from './cursor.ts';

/** In CSS pixels; grid.css has the same height. */
export const ROW_HEIGHT = 32;

interface RowProps {
  readonly row: number;
  readonly sku: BoardSku | undefined;
  readonly mayEdit: boolean;
  readonly focusGrid: () => void;
}

export function Row({ row, sku, mayEdit, focusGrid }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      class="row"
      style={{ transform: `translateY(${row * ROW_HEIGHT}px)` }}
    >
      {columns.map((column, index) => (
        <Cell key={column.name} {...{ row, sku, mayEdit, focusGrid, column, index }} />
      ))}
    </div>
  );
}

interface CellProps extends RowProps {
  readonly column: Column;
  readonly index: number;
}

function Cell({ row, sku, mayEdit, focusGrid, column, index }: CellProps) {
  const { field, name } = column;
  const edit = sku && field && edits.value.get(nameOf(sku.skuId, field));
  const shown = edit ? showValue(edit.value) : sku ? column.show(sku) : '';
  const isActive = active.value.row === row && active.value.column === index;
  const open = editing.value;
  const isOpen = open !== null && open.row === row && open.column === index && open.seen.skuId === sku?.skuId;
  return (
    <div
      role="gridcell"
      id={`cell-${row}-${index}`}
      tabIndex={isActive ? 0 : -1}
      aria-colindex={index + 1}
      aria-label={isOpen ? undefined : labelOf(name, shown, edit)}
      aria-readonly={!(field && mayEdit)}
      aria-busy={edit?.state === 'saving'}
      class={classOf(column, sku, edit)}
      title={edit?.message ?? shown}
      onMouseDown={isOpen ? undefined : () => activate({ row, column: index })}
      onDblClick={() => mayEdit && beginEditing()}
      onClick={(event) => mayEdit && isTouch(event) && beginEditing()}
    >
      {isOpen ? <CellEditor open={open} focusGrid={focusGrid} /> : <span class="value">{shown}</span>}
      {/* Between words that stand apart on the screen there is a space for those who hear them too. */}{' '}
      {edit && !isOpen && <EditMark edit={edit} />}
      {name === LAST_CHANGE && sku && (
        <button type="button" tabIndex={-1} class="quiet" onClick={() => openHistory(sku.skuId)}>
          History
        </button>
      )}
    </div>
  );
}

/** A finger has no double click and no keyboard: one tap edits. */
function isTouch(event: MouseEvent): boolean {
  return event instanceof PointerEvent && event.pointerType === 'touch';
}

/** The column's name, and all that the cell shows. */
function labelOf(name: string, shown: string, edit: Edit | undefined): string {
  const mark = edit?.state === 'refused' ? `${edit.message} Discard` : edit?.state;
  return [name, shown, mark, name === LAST_CHANGE && 'History'].filter(Boolean).join(' ');
}

function classOf({ isNumber, field, glows }: Column, sku?: BoardSku, edit?: Edit): string {
  const isBright = sku && glows && isGlowing(sku.skuId, glows);
  return ['cell', isNumber && 'number', field && 'editable', isBright && 'glows', edit?.state]
    .filter(Boolean)
    .join(' ');
}

/** How far the edit is; a refused one says why, and can be dropped. */
function EditMark({ edit: { state, skuId, field, message } }: { edit: Edit }) {
  if (state !== 'refused') return <span class="mark">{state}</span>;
  return (
    <span class="mark" role="alert">
      {`${message} `}
      <button type="button" class="quiet" tabIndex={-1} onClick={() => dropEdit(skuId, field)}>
        Discard
      </button>
    </span>
  );
}
