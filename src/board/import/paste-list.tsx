/** A list of codes and quantities, pasted from anywhere. It takes the same way as a file. */
import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { checkFile } from '../edit/import.ts';

const kinds = { sku_id: 'SKU', upca: 'UPC-A', ean13: 'EAN-13', gtin14: 'GTIN-14', isbn: 'ISBN' } as const;
type Kind = keyof typeof kinds;

export function PasteList({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, choose] = useState<Kind | null>(null);
  const rows = readList(text);
  const kind = chosen ?? guessKind(rows);
  const check = () => {
    onClose();
    void checkFile(new File([toCsv(rows, kind)], 'pasted list.csv', { type: 'text/csv' }));
  };
  return (
    <Dialog title="Paste list" onClose={onClose}>
      <p>Paste two columns: the code of each SKU, and its quantity in stock.</p>
      <textarea
        aria-label="Codes and quantities"
        rows={12}
        value={text}
        onInput={({ currentTarget: { value } }) => setText(value)}
      />
      <p>
        <label>
          {'The codes are '}
          <select value={kind} onChange={({ currentTarget: { value } }) => choose(value as Kind)}>
            {Object.entries(kinds).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </p>
      <footer>
        <button type="button" class="main" disabled={rows.length === 0} onClick={check}>
          {rows.length === 0 ? 'Check' : `Check ${rows.length.toLocaleString()} rows`}
        </button>
      </footer>
    </Dialog>
  );
}

type ListRow = readonly [code: string, quantity: string];

/** The rows of the list: a tab, a semicolon, a comma or spaces stand between code and quantity. A row without a digit is a heading. */
export function readList(text: string): ListRow[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, i): ListRow[] => {
    const [, code = '', quantity = ''] = /^\s*(.+?)(?:\s*[\t;,]\s*|\s+)(\S+)\s*$/.exec(line) ?? [];
    if (i === 0 && code !== '' && !/\d/.test(quantity)) return [];
    if (code !== '') return [[code, quantity]];
    return line.trim() === '' ? [] : [[line.trim(), '']];
  });
}

/** What the first code looks like. */
export function guessKind(rows: readonly ListRow[]): Kind {
  const [code = ''] = rows[0] ?? [];
  const patterns: [Kind, RegExp][] = [
    ['upca', /^\d{12}$/],
    ['ean13', /^\d{13}$/],
    ['gtin14', /^\d{14}$/],
    ['isbn', /^(?:97[89]-)?\d[\d-]{8,11}[\dX]$/],
  ];
  return patterns.find(([, pattern]) => pattern.test(code))?.[0] ?? 'sku_id';
}

function toCsv(rows: readonly ListRow[], kind: Kind): string {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const lines = rows.map(([code, quantity]) => `${quote(code)},${quote(quantity)}`);
  return [`${kind},quantity_in_stock`, ...lines, ''].join('\n');
}
