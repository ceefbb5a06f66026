/** Reads the texts that cells share. The archive may have them after the sheet, so they are read first and as a whole. */
import { format } from '../counts.ts';
import { FileFault } from '../row.ts';
import type { Archive } from './archive.ts';
import { MAX_SHARED_BYTES, MAX_SHARED_TEXTS, MAX_TEXTS_BYTES } from './limits.ts';
import { RichText } from './rich-text.ts';
import { TextTable } from './text-table.ts';
import { readXml } from './xml.ts';

/** Texts by the numbers that cells name. */
export interface SharedTexts {
  /** null: longer than a cell's text may be. undefined: there is none. */
  get(index: number): string | null | undefined;
}

export async function readSharedTexts(archive: Archive, part: string | undefined): Promise<SharedTexts> {
  const table = new TextTable();
  const tooLong = new Set<number>();
  const current = new RichText();
  if (part !== undefined && archive.names.has(part)) {
    await readXml('its shared texts', archive.read(part, MAX_TEXTS_BYTES), {
      open: (name, _attributes, depth) => {
        if (name === 'si' && depth === 2) current.clear();
        else current.open(name);
      },
      text: (text) => current.add(text),
      close: (name, depth) => {
        current.close(name);
        if (name !== 'si' || depth !== 2) return;
        const { text } = current;
        if (text === null) tooLong.add(table.count);
        table.add(text ?? '');
        if (table.count > MAX_SHARED_TEXTS || table.bytes > MAX_SHARED_BYTES) throw tooMuch();
      },
    });
  }
  return { get: (index) => (tooLong.has(index) ? null : table.get(index)) };
}

function tooMuch(): FileFault {
  return new FileFault(
    `The workbook has too much text: at most ${format(MAX_SHARED_TEXTS)} texts of together ${format(MAX_SHARED_BYTES)} bytes. Send fewer rows in a file, or CSV.`,
  );
}
