/** Reads the rows of an XLSX workbook as a stream, in bounded memory. */
import type { Row } from '../row.ts';
import { openArchive, type Archive } from './archive.ts';
import { damaged } from './faults.ts';
import { refuseOtherFiles } from './kind-of-file.ts';
import { MAX_ROW_XML, MAX_SHEET_BYTES } from './limits.ts';
import { readSharedTexts } from './shared-texts.ts';
import { SheetReader } from './sheet.ts';
import { readStyles } from './styles.ts';
import { readWorkbook } from './workbook.ts';
import { XmlReader } from './xml.ts';

/**
 * XML between two looks at the size of the batch. A few bytes can stand for a long text that cells share: what a slice and a batch
 * make must fit into V8's smallest young generation, or it is promoted, and garbage piles up until the next full collection.
 */
const SLICE_BYTES = 128;

export interface XlsxOptions {
  /** The sheet's name; otherwise the first sheet that is not hidden. */
  readonly sheet?: string | undefined;
}

/**
 * Reads the rows of a sheet that have content, in batches. Throws a FileFault where the file cannot be read. That can be after
 * rows were handed on: a file that is cut off or altered shows it at its end.
 */
export async function* readXlsx(
  path: string,
  { sheet }: XlsxOptions = {},
): AsyncGenerator<readonly Row[], void> {
  await refuseOtherFiles(path);
  const archive = await openArchive(path);
  try {
    const workbook = await readWorkbook(archive, sheet);
    const styles = await readStyles(archive, workbook.stylesPart);
    const texts = await readSharedTexts(archive, workbook.textsPart);
    const { is1904, isUncalculated } = workbook;
    yield* readRows(archive, workbook.sheetPart, new SheetReader({ is1904, isUncalculated, styles, texts }));
  } finally {
    archive.close();
  }
}

async function* readRows(
  archive: Archive,
  part: string,
  sheet: SheetReader,
): AsyncGenerator<readonly Row[], void> {
  const reader = new XmlReader('its sheet', sheet);
  let sinceRow = 0;
  let seen = 0;
  for await (const bytes of archive.read(part, MAX_SHEET_BYTES)) {
    // After the rows nothing matters, but the checksum is at the end.
    for (let at = 0; at < bytes.length && !sheet.isDone; at += SLICE_BYTES) {
      reader.write(bytes.subarray(at, at + SLICE_BYTES));
      if (sheet.isFull) yield sheet.takeRows();
    }
    sinceRow = sheet.line === seen ? sinceRow + bytes.length : 0;
    seen = sheet.line;
    if (sinceRow > MAX_ROW_XML) throw damaged('it has too much between two rows');
  }
  if (!sheet.isDone) reader.end();
  const rest = sheet.takeRows();
  if (rest.length > 0) yield rest;
}
