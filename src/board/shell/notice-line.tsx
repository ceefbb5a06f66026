/** The notice at the foot of the page, and what the last call did row by row. */
import { notice, rowsShown } from '../state/notices.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Rows that are listed. */
const MAX_LISTED = 200;

export function NoticeLine() {
  const shown = notice.value;
  const dismiss = () => {
    notice.value = null;
  };
  const undo = () => {
    dismiss();
    void shown?.undo?.();
  };
  return (
    <div class="notices" aria-live="polite">
      {shown && (
        <p class={shown.isFault ? 'notice fault' : 'notice'}>
          {shown.text}
          {shown.undo && (
            <button type="button" onClick={undo}>
              Undo
            </button>
          )}
          <button type="button" class="quiet" aria-label="Dismiss" onClick={dismiss}>
            ×
          </button>
        </p>
      )}
    </div>
  );
}

/** What the last call did row by row, if there is something to tell. */
export function RowsDialog() {
  const shown = rowsShown.value;
  if (!shown) return null;
  const { title, text, rows } = shown;
  const close = () => {
    rowsShown.value = null;
  };
  return (
    <Dialog title={title} onClose={close}>
      <p>{text}</p>
      <div class="scrolls" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th>SKU</th>
              <th>Result</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MAX_LISTED).map(({ skuId, message }, i) => (
              <tr key={i}>
                <td>{skuId}</td>
                <td>{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MAX_LISTED && (
        <p class="hint">{`and ${(rows.length - MAX_LISTED).toLocaleString()} more.`}</p>
      )}
      <footer>
        <button type="button" class="main" onClick={close}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
