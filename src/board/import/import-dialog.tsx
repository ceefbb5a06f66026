/** The dialog of an import: what the file would change, Apply, how far it is, and Undo. */
import type { Feed } from '../../../packages/client/src/import-file.ts';
import { rejectedPath } from '../api/feeds.ts';
import { applyFile, checkAgain, closeImport, importing, type Import } from '../edit/import.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Counts, PreviewTable, Problems } from './import-report.tsx';

export function ImportDialog() {
  const now = importing.value;
  if (!now) return null;
  return (
    <Dialog title="Import" onClose={closeImport}>
      <p>
        <strong>{now.file.name}</strong>
        {now.step === 'applied' && now.feed?.state === 'DONE' && ' is imported.'}
      </p>
      <Step now={now} />
    </Dialog>
  );
}

function Step({ now }: { now: Import }) {
  const { step, feed, fault } = now;
  if (fault !== null) return <Ended text={fault} isFault />;
  if (step === 'checking') return <Progress label="Reading the file" feed={feed} rows={0} />;
  if (step === 'applying') return <Progress label="Applying" feed={feed} rows={now.rows} />;
  if (!feed) return null;
  return step === 'checked' ? <Checked now={now} feed={feed} /> : <Applied now={now} feed={feed} />;
}

/** What the file would change. A held file can be let through, by the number that is shown. */
function Checked({ now, feed }: { now: Import; feed: Feed }) {
  const { report, refusal } = feed;
  if (!report) return <Ended text={refusal?.message ?? 'The file cannot be read.'} isFault />;
  const changed = report.applied + (now.isFull ? report.zeroed : 0);
  const isHeld = refusal?.code === 'ZEROING_HELD';
  return (
    <>
      <label class="choice">
        <input
          type="checkbox"
          checked={now.isFull}
          onChange={({ currentTarget: { checked } }) => void checkAgain(checked)}
        />
        The file lists the whole stock: set SKUs that it does not name to 0
      </label>
      <Counts report={report} isDone={false} />
      {isHeld && (
        <p class="fault" role="alert">
          {`This would set ${report.zeroed.toLocaleString()} SKUs in stock to 0. Apply it only if that is right.`}
        </p>
      )}
      {report.hints.map((hint) => (
        <p key={hint} class="fault">
          {hint}
        </p>
      ))}
      <Problems report={report} path={rejectedPath(feed.id)} />
      <PreviewTable report={report} />
      <footer>
        <button type="button" onClick={closeImport}>
          Cancel
        </button>
        <button type="button" class="main" disabled={changed === 0} onClick={() => void applyFile()}>
          {isHeld ? `Apply, and set ${report.zeroed.toLocaleString()} SKUs to 0` : 'Apply'}
        </button>
      </footer>
    </>
  );
}

function Applied({ now, feed: { id, report, refusal } }: { now: Import; feed: Feed }) {
  if (!report || refusal) return <Ended text={refusal?.message ?? 'Nothing was stored.'} isFault />;
  const { undo } = now;
  const undoAll = () => {
    closeImport();
    void undo?.();
  };
  return (
    <>
      <Counts report={report} isDone />
      <Problems report={report} path={rejectedPath(id)} />
      {report.groupId !== null && !undo && (
        <p class="hint">So many changes are undone by whoever runs this service: stockgate import undo.</p>
      )}
      <footer>
        {undo && (
          <button type="button" onClick={undoAll}>
            Undo
          </button>
        )}
        <button type="button" class="main" onClick={closeImport}>
          Close
        </button>
      </footer>
    </>
  );
}

/** `rows`: how many the file has, if that is known. The gateway reads it once more before it applies it. */
function Progress({ label, feed, rows }: { label: string; feed: Feed | null; rows: number }) {
  const { rowsRead = 0, rowsDone = 0 } = feed ?? {};
  const part = rows > 0 ? (rowsRead + rowsDone) / (2 * rows) : 0;
  const counted =
    rows > 0 ? `${Math.floor(part * 100)} %` : rowsRead > 0 && `${rowsRead.toLocaleString()} rows`;
  return (
    <p role="status">
      {`${label}${counted ? `: ${counted}` : ''} `}
      <progress aria-label={label} {...(rows > 0 && { value: part, max: 1 })} />
    </p>
  );
}

function Ended({ text, isFault }: { text: string; isFault: boolean }) {
  return (
    <>
      <p class={isFault ? 'fault' : ''} role="alert">
        {text}
      </p>
      <footer>
        <button type="button" class="main" onClick={closeImport}>
          Close
        </button>
      </footer>
    </>
  );
}
