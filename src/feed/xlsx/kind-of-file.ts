/** Recognizes files that are no XLSX workbook, and says what to send instead. */
import { open, type FileHandle } from 'node:fs/promises';
import { FileFault } from '../row.ts';
import { listOleNames } from './ole.ts';

const ZIP = Buffer.from('PK\x03\x04');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

const SEND = 'Save it as .xlsx or CSV, and send that.';
const MACROS = 'The workbook contains macros (.xlsm). Save it as .xlsx, and send that.';

/** Throws a FileFault unless the file is a ZIP archive. */
export async function refuseOtherFiles(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    if (bytesRead === 0) throw new FileFault('The file is empty.');
    if (buffer.equals(OLE)) throw new FileFault(await explainOle(file));
    if (!buffer.subarray(0, ZIP.length).equals(ZIP))
      throw new FileFault(
        'The file is not an .xlsx workbook, whatever its name says. Save it as .xlsx, and send that.',
      );
  } finally {
    await file.close();
  }
}

/** Office wraps an encrypted workbook into the same container that the old formats are. */
async function explainOle(file: FileHandle): Promise<string> {
  const names = await listOleNames(file);
  if (names.includes('EncryptedPackage'))
    return 'The workbook is encrypted. Save it without a password, and send that.';
  if (names.includes('Workbook') || names.includes('Book'))
    return `The file is an old workbook (.xls). ${SEND}`;
  return `The file is an old Office document, not an .xlsx workbook. ${SEND}`;
}

/** Why a part of this content type is no workbook to read, or null where it is one. */
export function explainContentType(type: string): string | null {
  const lower = type.toLowerCase();
  if (lower.includes('sheet.binary')) return `The file is a binary workbook (.xlsb). ${SEND}`;
  if (lower.includes('macroenabled')) return MACROS;
  if (lower.includes('spreadsheetml.')) return null;
  if (lower.includes('wordprocessingml.')) return `The file is a Word document. ${SEND}`;
  if (lower.includes('presentationml.')) return `The file is a PowerPoint document. ${SEND}`;
  return `The file is not a workbook. ${SEND}`;
}

/** Why an archive with these entries is no workbook to read, or null where it may be one. */
export function explainEntries(names: ReadonlySet<string>): string | null {
  if (names.has('[content_types].xml')) return names.has('xl/vbaproject.bin') ? MACROS : null;
  if (names.has('content.xml') && names.has('mimetype'))
    return `The file is an OpenDocument file (.ods). ${SEND}`;
  return 'The file is a ZIP archive without a workbook. Unpack it, and send the .xlsx or CSV file in it.';
}
