/** The ways in and out for many SKUs: a file, a list that is pasted, and the export. */
import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { exportPath } from '../api/feeds.ts';
import { checkFile } from '../edit/import.ts';
import { page } from '../state/route.ts';
import { mayEdit } from '../state/session.ts';
import { toFilter, view, type View } from '../state/view.ts';
import { PasteList } from './paste-list.tsx';

const isPasting = signal(false);

export function BringIn() {
  const input = useRef<HTMLInputElement>(null);
  const choose = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const [file] = currentTarget.files ?? [];
    // The same file can be chosen again, after it was corrected.
    currentTarget.value = '';
    if (file) void checkFile(file);
  };
  return (
    <span class="actions">
      {mayEdit.value && (
        <>
          <button type="button" onClick={() => input.current?.click()}>
            Import
          </button>
          <input
            ref={input}
            type="file"
            class="unseen"
            tabIndex={-1}
            accept=".csv,.txt,.tsv,.xlsx"
            aria-label="Inventory file"
            onChange={choose}
          />
          <button
            type="button"
            onClick={() => {
              isPasting.value = true;
            }}
          >
            Paste list
          </button>
        </>
      )}
      <a class="button" href={exportPath(toExport(view.value))} download>
        Export
      </a>
      {isPasting.value && (
        <PasteList
          onClose={() => {
            isPasting.value = false;
          }}
        />
      )}
    </span>
  );
}

/** Takes files that are dropped on the stock. Anywhere else the browser would leave the page for the file: it must not. */
export function takeDroppedFiles(): () => void {
  const over = (event: DragEvent) => event.dataTransfer?.types.includes('Files') && event.preventDefault();
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    const isBusy = document.querySelector('dialog[open]') !== null;
    if (mayEdit.value && page.value === 'stock' && !isBusy) void checkFile(file);
  };
  document.addEventListener('dragover', over);
  document.addEventListener('drop', drop);
  return () => {
    document.removeEventListener('dragover', over);
    document.removeEventListener('drop', drop);
  };
}

/** The filter of the view, as the parameters of an export. */
function toExport(shown: View) {
  const { search, availability, restrictions, quantityInStock } = toFilter(shown);
  return {
    search: search ?? undefined,
    availability: availability ?? undefined,
    restrictions: restrictions?.toLowerCase(),
    minQuantityInStock: quantityInStock?.min ?? undefined,
    maxQuantityInStock: quantityInStock?.max ?? undefined,
  };
}
