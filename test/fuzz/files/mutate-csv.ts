/** Mutations of CSV files, which know what lines and cells are. */
import { mutateBytes, splice } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';
import { repeat } from './repeat.ts';

type Mutate = (bytes: Buffer, random: Random) => Buffer;

/** Cells that a reader may take for something else, or that are at a limit. */
const oddCells = [
  ...['', '-', '0', '-1', '+1', '1e309', '1.000', '1,5', '2147483647', '2147483648', '9'.repeat(400)],
  ...['9.78E+12', '4006381330015', '000', '=1+1', "'=1+1", '@SUM(A1)', '#N/A', 'Err:502', 'TRUE', 'none'],
  ...[
    '2026-02-30',
    '31.12.1999',
    '1/1/0999',
    '31.12.26',
    '04/05/2026',
    '0000-00-00',
    '275760-09-13',
    '2026-02-28T25:00:00Z',
  ],
  ...[
    '\0',
    '\ufeff',
    '\ufffd',
    '\u202e',
    '🧸',
    '""',
    '"',
    '"a""b"',
    '\r',
    '\n',
    'x'.repeat(300),
    'é'.repeat(70_000),
  ],
  ...['sku_id', 'required', 'string', 'sep=;', 'rejected_line', '__proto__', 'constructor'],
];

const mutations: readonly Mutate[] = [
  mutateBytes,
  mutateBytes,
  function changeCell(bytes, random) {
    return inText(bytes, (text) => {
      const cells = text.split(/([;,\t\r\n]+)/);
      cells[2 * random.below(Math.ceil(cells.length / 2))] = random.pick(oddCells);
      return cells.join('');
    });
  },
  function repeatLine(bytes, random) {
    return inText(bytes, (text) => {
      const lines = text.split('\n');
      const at = random.below(lines.length);
      const copies = repeat(`${lines[at]}\n`, 1 + random.below(random.pick([3, 3, 50, 2_500])));
      return [...lines.slice(0, at), copies + lines.slice(at).join('\n')].join('\n');
    });
  },
  function changeDelimiter(bytes, random) {
    const [from, to] = [
      random.pick([';', ',', '\t']),
      random.pick([';', ',', '\t', '|', ':', '"', '\r', ' ']),
    ];
    return inText(bytes, (text) => (random.oneIn(2) ? text.replaceAll(from, to) : text.replace(from, to)));
  },
  function openQuote(bytes, random) {
    return inText(bytes, (text) => {
      const at = text.indexOf(random.pick([';', ',', '\t', '\n']), random.below(text.length)) + 1;
      return `${text.slice(0, at)}"${text.slice(at)}`;
    });
  },
  function begin(bytes, random) {
    const starts = [
      'sep=;\n',
      'sep=\t\r\n',
      '"sep=,"\n',
      '\n\n\n',
      '\ufeff',
      '\ufeff\ufeff',
      '\0',
      'PK\x03\x04',
      ' ',
    ];
    return Buffer.concat([Buffer.from(random.pick(starts)), bytes]);
  },
  function mark(bytes, random) {
    const marks = [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0xff, 0xfe, 0, 0], [0xfe], [0xef, 0xbb]];
    return Buffer.concat([Buffer.from(random.pick(marks)), bytes]);
  },
  function widen(bytes, random) {
    return inText(bytes, (text) => text.replace(/[;,\t]/, (one) => one.repeat(1 + random.below(20_000))));
  },
  function lengthen(bytes, random) {
    const at = random.below(bytes.length + 1);
    const long = Buffer.alloc(
      random.pick([70_000, 1_100_000]),
      random.pick(['x', '""', '1', ' ', '\r\n', 'é']),
    );
    return Buffer.concat([bytes.subarray(0, at), long, bytes.subarray(at)]);
  },
];

/** One to four mutations, or two files in one. */
export function mutateCsv(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let mutant = random.oneIn(8) ? splice(bytes, other, random) : bytes;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    mutant = mutant.length === 0 ? mutateBytes(mutant, random) : random.pick(mutations)(mutant, random);
  }
  return mutant;
}

/** Latin-1 keeps every byte as it is, and the text of UTF-16 has a NUL beside each character. */
function inText(bytes: Buffer, change: (text: string) => string): Buffer {
  const isUtf8 = Buffer.compare(Buffer.from(bytes.toString('utf8')), bytes) === 0;
  const encoding = isUtf8 ? 'utf8' : 'latin1';
  return Buffer.from(change(bytes.toString(encoding)), encoding);
}
