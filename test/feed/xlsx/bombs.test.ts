/** A small file that unpacks to gigabytes costs less than 100 MB of memory. Bombs are read in a process of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { MAIN, sheetXml, textsXml, workbookFile, type Parts } from '../../support/feed/workbook-file.ts';
import type { ZipEntry } from '../../support/feed/zip-file.ts';

const READER = fileURLToPath(new URL('../../fixtures/feeds/read-workbook.ts', import.meta.url));
/** Those of `npm start`. */
const FLAGS = ['--max-semi-space-size=16', '--v8-pool-size=2'];
const MAX_TAKEN_MIB = 100;
const GIGABYTE = 1_000_000_000;

interface Reading {
  readonly rows: number;
  readonly fault: string | null;
  /** MiB of memory since the process started. */
  readonly taken: number;
}

/** XML that starts and then repeats a part until it has `size` bytes, as it claims. It has no end. */
function endless(start: string, repeated: string, size = GIGABYTE): Omit<ZipEntry, 'name'> {
  // Blocks that a full flush ends do not refer to each other, so that their bytes can be repeated.
  const pack = (text: string) => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH });
  const piece = repeated.repeat(Math.ceil(100_000 / repeated.length));
  const block = pack(piece);
  const times = Math.ceil(size / Buffer.byteLength(piece));
  const packed = Buffer.concat([pack(start), ...Array.from({ length: times }, () => block)]);
  return { content: '', packed, claims: { size, crc: 0 } };
}

const open = `<worksheet xmlns="${MAIN}"><sheetData>`;
const sheet = (part: Omit<ZipEntry, 'name'>): Parts => ({ 'xl/worksheets/sheet1.xml': part });
// The parser's work is by the character, and the limit of shared texts by the byte.
const long = '界'.repeat(32_767);

type Bomb = readonly [name: string, message: string, Parts];

const bombs: readonly Bomb[] = [
  [
    'that says so',
    'unpacks to 4,000,000,000 bytes, which is too much. Send fewer rows in a file, or CSV.',
    sheet({ content: sheetXml(''), claims: { size: 4_000_000_000 } }),
  ],
  [
    'that claims to be small',
    'a part of it differs from its checksum',
    sheet({ ...endless(open, '<row><c><v>1</v></c></row>'), claims: { size: 100_000, crc: 0 } }),
  ],
  ['of one endless text', 'longer than', sheet(endless(open, ' '))],
  ['of elements that are no rows', 'too much between two rows', sheet(endless(open, '<a/>'))],
  ['of one endless row', 'row 1 has its cells out of order', sheet(endless(`${open}<row>`, '<c/>'))],
  ['of rows without content', 'the number "1048577"', sheet(endless(`${open}<row r="1048000"/>`, '<row/>'))],
  [
    'of cells that share a long text',
    'too much text: send it in several files.',
    {
      ...sheet(endless(open, `<row>${'<c t="s"><v>0</v></c>'.repeat(3)}</row>`)),
      'xl/sharedStrings.xml': textsXml(`<t>${long}</t>`),
    },
  ],
];

/** These are kept in memory until they are too many. */
const texts: Bomb = [
  'of endless shared texts',
  'too much text',
  { 'xl/sharedStrings.xml': endless(`<sst xmlns="${MAIN}">`, `<si><t>${long}</t></si>`, 200_000_000) },
];

test.each([
  ['a large text table', [texts]],
  ['all others together', bombs],
])('%s: less than 100 MiB, and a clear message', (_name, list) => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-bombs-'));
  const paths = list.map(([name, , parts]) => {
    const path = join(folder, `${name}.xlsx`);
    writeFileSync(path, workbookFile(parts));
    return path;
  });
  const out = execFileSync(process.execPath, [...FLAGS, READER, ...paths], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const readings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reading);
  expect(readings.map(({ fault }) => fault)).toEqual(
    list.map(([, message]) => expect.stringContaining(message)),
  );
  expect(readings.at(-1)?.taken).toBeLessThan(MAX_TAKEN_MIB);
});
