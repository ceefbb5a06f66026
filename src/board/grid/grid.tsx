/** The grid of SKUs. Only the rows near the window are in the document, however many SKUs there are. */
import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isCounted, need, rowCount, rowsChanged, skuAt, viewShown } from '../state/sku-pages.ts';
import { changeView, view } from '../state/view.ts';
import { columns, type Column } from './columns.ts';
import { active, editing, followEditing } from './cursor.ts';
import { EmptyGrid } from './empty-grid.tsx';
import { pressKey } from './keyboard.ts';
import { pasteBlock } from './paste.ts';
import { Row, ROW_HEIGHT } from './row.tsx';

/** Rows beyond each edge of the window, so that a slow scroll shows no gap. */
const OVERSCAN = 8;

/** The part of the grid that is seen, in CSS pixels. */
const scrolled = signal({ top: 0, height: 600 });

export function Grid({ mayEdit }: { mayEdit: boolean }) {
  const grid = useRef<HTMLDivElement>(null);
  const rows = rowCount.value ?? 0;
  const { top, height } = scrolled.value;
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN);
  const last = Math.min(rows, Math.ceil((top + height) / ROW_HEIGHT) + OVERSCAN);
  useSeen(grid, first, last);
  useFocus(grid);

  const pageRows = Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
  const focusGrid = () => grid.current?.querySelector<HTMLElement>('[role=gridcell][tabindex="0"]')?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.role !== 'gridcell') return;
    if (pressKey(event, rows, pageRows, mayEdit)) event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (!mayEdit || editing.value) return;
    event.preventDefault();
    void pasteBlock(event.clipboardData?.getData('text/plain') ?? '', active.value);
  };
  return (
    <div
      ref={grid}
      class="grid"
      role="grid"
      aria-label="SKUs"
      aria-rowcount={isCounted.value ? rows + 1 : -1}
      aria-colcount={columns.length}
      aria-busy={rowCount.value === null}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    >
      <div role="rowgroup" class="head">
        <div role="row" class="row" aria-rowindex={1}>
          {columns.map((column, index) => (
            <Header key={column.name} column={column} index={index} />
          ))}
        </div>
      </div>
      <div role="rowgroup" class="body" style={{ height: `${rows * ROW_HEIGHT}px` }}>
        {rowsIn(first, last, rows).map((row) => (
          <Row key={row} row={row} sku={skuAt(row)} mayEdit={mayEdit} focusGrid={focusGrid} />
        ))}
      </div>
      {rows === 0 && rowCount.value !== null && <EmptyGrid />}
    </div>
  );
}

/** The active row stays in the document when it is scrolled away: it has the focus. */
function rowsIn(first: number, last: number, rows: number): number[] {
  const shown = new Set(Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i));
  if (active.value.row < rows) shown.add(active.value.row);
  return [...shown];
}

function Header({ column: { name, order, isNumber }, index }: { column: Column; index: number }) {
  const { order: shownOrder, isDescending } = view.value;
  const isSorted = order !== undefined && order === shownOrder;
  const sort = () => order && changeView({ order, isDescending: isSorted ? !isDescending : false });
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}
      class={`cell${isNumber ? ' number' : ''}`}
    >
      {order ? (
        <button type="button" class="sort" onClick={sort}>
          {name}
        </button>
      ) : (
        name
      )}
    </div>
  );
}

/** Follows scrolling and the size of the window, and reads the pages of the rows that are seen. */
function useSeen(grid: { readonly current: HTMLDivElement | null }, first: number, last: number): void {
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return undefined;
    const look = () => {
      scrolled.value = { top: element.scrollTop, height: element.clientHeight };
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const changed = rowsChanged.value;
  useEffect(followEditing, []);
  useEffect(() => void need(first, last), [first, last, changed]);
  useEffect(() => {
    grid.current?.scrollTo({ top: 0 });
    active.value = { ...active.value, row: 0 };
  }, [viewShown.value]);
}

/** Brings the active cell into the window, and the focus to it if the focus is in the grid. */
function useFocus(grid: { readonly current: HTMLDivElement | null }): void {
  const { row, column } = active.value;
  const hadFocus = useRef(false);
  useLayoutEffect(() => {
    // A cell that leaves the document takes the focus with it, without an event: the grid still has it then.
    const note = ({ target }: FocusEvent) => {
      hadFocus.current = target instanceof Element && target.closest('[role=gridcell]') !== null;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element || !hadFocus.current || editing.value) return;
    const head = element.querySelector<HTMLElement>('.head')?.offsetHeight ?? 0;
    const top = row * ROW_HEIGHT;
    const room = element.clientHeight - head - ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room;
    const cell = element.querySelector<HTMLElement>(`#cell-${row}-${column}`);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [row, column]);
}
