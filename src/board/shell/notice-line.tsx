/** The notice at the foot of the page, and the rows that the last call refused. */
import { refusedRows } from '../state/bulk.ts';
import { notice } from '../state/notices.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Refused rows that are listed. */
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

export function RefusedRows() {
  const rows = refusedRows.value;
  if (!rows) return null;
  const close = () => {
    refusedRows.value = null;
  };
  return (
    <Dialog title="Refused rows" onClose={close}>
      <p>These SKUs were left as they are.</p>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Refused rows">
        <table>
          <thead>
            <tr>
              <th>SKU</th>
              <th>Why</th>
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
      {rows.length > MAX_LISTED && <p class="hint">{`and ${rows.length - MAX_LISTED} more.`}</p>}
      <footer>
        <button type="button" class="main" onClick={close}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
