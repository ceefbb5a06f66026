/** Finds the character that separates a CSV file's cells: spreadsheets write commas, semicolons or tabs, by the country they are set to. */
import type { Readable } from 'node:stream';

const delimiters = [',', ';', '\t'] as const;
/** Bytes that are searched for the end of the first line. */
const MAX_FIRST_LINE_BYTES = 65_536;

export interface Delimited {
  readonly delimiter: (typeof delimiters)[number];
  /** All of the source's bytes, those of the first line too. */
  readonly pieces: AsyncIterable<unknown>;
}

/** The delimiter that gives the first line a cell `needed`; the comma where none does. Rejects where the source cannot be read. */
export async function findDelimiter(source: Readable, needed: string): Promise<Delimited> {
  const rest: AsyncIterator<unknown> = source[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let text = '';
  while (!/[\r\n]/.test(text) && text.length < MAX_FIRST_LINE_BYTES) {
    const next = await rest.next();
    if (next.done === true) break;
    head.push(Buffer.from(next.value as Buffer));
    text = decode(Buffer.concat(head));
  }
  const [line = ''] = text.split(/[\r\n]/);
  const delimiter = delimiters.find((one) => line.split(one).some((cell) => nameOf(cell) === needed)) ?? ',';
  return { delimiter, pieces: joined(head, rest) };
}

/** What spreadsheets call Unicode text is UTF-16, which begins with its byte order mark. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\ufeff/, '');
}

function nameOf(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim()
    .toLowerCase();
}

async function* joined(head: readonly Buffer[], rest: AsyncIterator<unknown>): AsyncGenerator<unknown, void> {
  yield* head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
