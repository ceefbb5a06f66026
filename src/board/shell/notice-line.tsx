/** The notice at the foot of the page, and what the last call did row by row. */
import { refusedRows, undoneRows } from '../state/bulk.ts';
import { notice } from '../state/notices.ts';
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

export function RefusedRows() {
  const rows = refusedRows.value;
  if (!rows) return null;
  const close = () => {
    refusedRows.value = null;
  };
  return (
    <RowsDialog title="Refused rows" rows={rows} onClose={close}>
      These SKUs were left as they are.
    </RowsDialog>
  );
}

export function UndoneRows() {
  const rows = undoneRows.value;
  if (!rows) return null;
  const close = () => {
    undoneRows.value = null;
  };
  // What was left comes first: it is what somebody may have to look at.
  const sorted = rows.toSorted((a, b) => Number(a.message === null) - Number(b.message === null));
  const words = sorted.map(({ skuId, message }) => ({ skuId, message: message ?? 'As it was before.' }));
  return (
    <RowsDialog title="Undone" rows={words} onClose={close}>
      What became of each SKU:
    </RowsDialog>
  );
}

interface RowsDialogProps {
  readonly title: string;
  readonly rows: readonly { readonly skuId: string; readonly message: string }[];
  readonly onClose: () => void;
  readonly children: string;
}

function RowsDialog({ title, rows, onClose, children }: RowsDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
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
        <button type="button" class="main" onClick={onClose}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
