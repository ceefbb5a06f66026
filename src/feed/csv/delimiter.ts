/** Finds the character that separates a CSV file's cells: spreadsheets write commas, semicolons or tabs, by the country they are set to. */

const delimiters = [',', ';', '\t'] as const;
/** Characters that are searched for the end of the header. */
const MAX_HEADER_LENGTH = 65_536;
/** A first line that names the delimiter. Excel writes it, and obeys it. */
const NAMED = /^(?:sep=([!#-/:-@[-`{-~\t])|"sep=([!#-/:-@[-`{-~\t])")(?=[\r\n]|$)/i;

/** A part of the file. */
export interface DelimitedText {
  readonly delimiter: string;
  readonly text: string;
}

/**
 * The text in its parts, each with the file's delimiter. A line such as `sep=;` names the delimiter, and becomes an empty line.
 * Otherwise it is the one with which the header has the most columns that `isColumn` knows; a comma where none has any.
 */
export async function* findDelimiter(
  source: AsyncIterable<string>,
  isColumn: (cell: string) => boolean,
): AsyncGenerator<DelimitedText, void> {
  let head: string | null = '';
  let delimiter = '';
  for await (const text of source) {
    if (head === null) {
      yield { delimiter, text };
      continue;
    }
    head += text;
    if (head.length < MAX_HEADER_LENGTH && !/[^\r\n][\r\n]/.test(head)) continue;
    const first = choose(head, isColumn);
    head = null;
    ({ delimiter } = first);
    yield first;
  }
  if (head !== null && head !== '') yield choose(head, isColumn);
}

function choose(head: string, isColumn: (cell: string) => boolean): DelimitedText {
  const [named = '', bare, quoted] = NAMED.exec(head) ?? [];
  const delimiter = bare ?? quoted;
  if (delimiter !== undefined) return { delimiter, text: head.slice(named.length) };
  const [header = ''] = head.split(/[\r\n]+/).filter((line) => line !== '');
  const counts = delimiters.map((one) => header.split(one).filter((cell) => isColumn(unquote(cell))).length);
  return { delimiter: delimiters[counts.indexOf(Math.max(...counts))] ?? ',', text: head };
}

function unquote(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}
