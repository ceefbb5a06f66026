/** CSV of any encoding, delimiter and line end is read to the same rows, in bounded memory, and its faults are named. */
import { Readable } from 'node:stream';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  oneof,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../src/feed/csv/read-csv.ts';
import type { CsvRow } from '../../src/feed/csv/csv-scanner.ts';
import { findEncoding } from '../../src/feed/csv/encoding.ts';
import { FileFault } from '../../src/feed/row.ts';

const isColumn = (cell: string) => ['sku_id', 'quantity'].includes(cell.trim());
const piecesOf = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

/** Reads a file as an import does: once for its encoding, once for its rows. */
async function read(content: string | Uint8Array, size = 65_536) {
  const bytes = Buffer.from(content as string);
  const rows: CsvRow[] = [];
  let delimiter = '';
  const encoding = await findEncoding(Readable.from(piecesOf(bytes, size)));
  const onDelimiter = (found: string) => void (delimiter = found);
  const pieces = readCsv(Readable.from(piecesOf(bytes, size)), { isColumn, encoding, onDelimiter });
  let fault: string | null = null;
  try {
    for await (const piece of pieces) rows.push(...piece);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    fault = error.message;
  }
  return {
    encoding,
    delimiter,
    cells: rows.map((row) => row.cells),
    lines: rows.map((row) => row.line),
    fault,
  };
}

describe('the encoding', () => {
  const text = 'sku_id,title\r\nA,Zoë „ß“ €\r\n';
  const swapped = (bytes: Buffer) => bytes.swap16();
  // The curly quotes and the euro sign are in the part of Windows-1252 that Latin-1 lacks.
  const windows = Buffer.from(text.replace('„', '\x84').replace('“', '\x93').replace('€', '\x80'), 'latin1');
  test.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be', swapped(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['windows-1252', windows],
  ])('%s is found and read, also where pieces end within a character', async (encoding, bytes) => {
    for (const size of [65_536, 7, 1]) {
      const { cells, ...found } = await read(bytes, size);
      expect(found).toMatchObject({ encoding, fault: null });
      expect(cells).toEqual([
        ['sku_id', 'title'],
        ['A', 'Zoë „ß“ €'],
      ]);
    }
  });

  test('is decided by the whole file: one byte at its end makes it Windows-1252', async () => {
    const bytes = Buffer.from(`sku_id\nZo\u00eb\n${'A\n'.repeat(100_000)}\xeb`, 'latin1');
    expect(await findEncoding(Readable.from([bytes]))).toBe('windows-1252');
    const utf8 = Buffer.from(`sku_id\nZoë\n${'A\n'.repeat(100_000)}ë`);
    expect(await findEncoding(Readable.from([utf8]))).toBe('utf-8');
    expect(await findEncoding(Readable.from([utf8.subarray(0, -1)]))).toBe('windows-1252');
    expect(await findEncoding(Readable.from([]))).toBe('utf-8');
  });

  test('of each of the 256 bytes is that of Windows-1252', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).subarray(0x80);
    const { cells } = await read(Buffer.concat([Buffer.from('sku_id\n'), bytes]));
    const upper = [
      ...Array.from('€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'),
      ...Array.from({ length: 96 }, (_, i) => String.fromCharCode(0xa0 + i)),
    ];
    expect(Array.from(cells[1]?.[0] ?? '')).toEqual(upper);
  });

  test('that cannot be read at all leaves broken characters, and ends nothing', async () => {
    const { cells, fault } = await read(Buffer.from('\ufeffsku_id\n\ud800\nB', 'utf16le'));
    expect([cells, fault]).toEqual([[['sku_id'], ['\ufffd'], ['B']], null]);
    const marked = await read(Buffer.concat([Buffer.from('\ufeffsku_id\n'), Buffer.from([0xeb])]));
    expect(marked.cells).toEqual([['sku_id'], ['\ufffd']]);
  });
});

describe('the delimiter', () => {
  test.each([
    ['sku_id,quantity\nA,1', ','],
    ['sku_id;quantity\nA;1', ';'],
    ['sku_id\tquantity\nA\t1', '\t'],
    ['"sku_id";"a,b";"quantity"\nA;x;1', ';'],
    ['\n\nsku_id;quantity\nA;1', ';'],
    // Only one of the two columns stands alone between commas.
    ['sku_id,x;quantity;sku_id\nA;1', ';'],
    ['x\ny', ','],
    ['sku_id', ','],
    ['sep=;\r\nsku_id,x;quantity\r\nA;1', ';'],
    ['sep=\t\nsku_id\tquantity\nA\t1', '\t'],
    ['"sep=|"\rsku_id|quantity\rA|1', '|'],
  ])('of %j is %j', async (content, delimiter) => {
    for (const size of [65_536, 1]) expect((await read(content, size)).delimiter).toBe(delimiter);
  });

  test('that a first line names counts as a line, and is no row', async () => {
    expect(await read('\ufeffsep=;\r\nsku_id;x\r\nA;1,5\r\n')).toMatchObject({
      cells: [
        ['sku_id', 'x'],
        ['A', '1,5'],
      ],
      lines: [2, 3],
    });
  });

  test.each(['sep=é\nsku_id\nA', 'sep=x\nsku_id\nA', 'sep=;;\nsku_id\nA'])(
    'is not named by %j',
    async (content) => {
      expect((await read(content)).lines).toEqual([1, 2, 3]);
    },
  );
});

describe('rows', () => {
  /** Any text that UTF-8 can carry, with what is special in CSV often. */
  const cell = string({
    unit: oneof(constantFrom('"', ',', ';', '\t', '\r', '\n', '\r\n', '\0', ' ', 'é', '🧸'), string()),
    maxLength: 6,
  });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const isPlain = (text: string) => !/[",;\t\r\n]/.test(text);
  const row = array(tuple(cell, boolean()), { minLength: 2, maxLength: 5 });
  const countLines = (text: string) => text.split(/\r\n|\r|\n/).length - 1;

  test('are read as written, with their lines, whatever the line ends and wherever pieces end', async () => {
    await assert(
      asyncProperty(
        array(tuple(row, constantFrom('\n', '\r\n', '\r', '\n\n')), { maxLength: 8 }),
        constantFrom(',', ';', '\t'),
        integer({ min: 1, max: 40 }),
        async (rows, delimiter, size) => {
          let content = `sku_id${delimiter}quantity\n`;
          const lines = [1];
          for (const [cells, end] of rows) {
            const written = cells.map(([text, mayBeBare]) =>
              mayBeBare && isPlain(text) ? text : quote(text),
            );
            // A CR and the LF of an empty line after it are one line end.
            lines.push(countLines(content) + 1);
            content += written.join(delimiter) + end;
          }
          const expected = rows.map(([cells]) => cells.map(([text]) => text));
          expect(await read(content, size)).toMatchObject({
            cells: [['sku_id', 'quantity'], ...expected],
            lines,
            fault: null,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of a file that is damaged anywhere end in a fault of the file, or in none', async () => {
    const whole = Buffer.from('sku_id;quantity\r\n"A ""a""";1\r\nZoë;2\n\r"B\n";3\n');
    const damage = array(tuple(integer({ min: 0, max: whole.length - 1 }), integer({ min: 0, max: 255 })), {
      maxLength: 6,
    });
    await assert(
      asyncProperty(damage, integer({ min: 0, max: whole.length }), async (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
        const { lines, fault } = await read(bytes, 16);
        expect(lines).toEqual(lines.toSorted((a, b) => a - b));
        if (fault !== null) expect(fault).toMatch(/^line \d+: .*\. From here on nothing is read\.$/);
      }),
      { numRuns: 500 },
    );
  });

  test('come in pieces of bounded size, however long the rows are', async () => {
    const long = `${'x'.repeat(500_000)}\n`.repeat(40);
    const sizes: number[] = [];
    for await (const piece of readCsv(Readable.from([Buffer.from(`sku_id\n${long}`)]), { isColumn }))
      sizes.push(piece.length);
    expect(Math.max(...sizes)).toBeLessThan(5);
    const short = Buffer.from(`sku_id\n${'A\n'.repeat(50_000)}`);
    const counts: number[] = [];
    for await (const piece of readCsv(Readable.from([short]), { isColumn })) counts.push(piece.length);
    expect([Math.max(...counts), counts.reduce((sum, count) => sum + count, 0)]).toEqual([1_000, 50_001]);
  });

  test('before a broken one are given, and the fault names the line', async () => {
    const { cells, fault } = await read('sku_id,x\nA,1\nB,"open\n');
    expect(cells).toHaveLength(2);
    expect(fault).toBe('line 3: a quote is opened and never closed. From here on nothing is read.');
  });

  test('before an error of the source are given, and the error passes', async () => {
    const failing = async function* () {
      yield await Promise.resolve(Buffer.from(`sku_id\n${'A\n'.repeat(100)}`));
      throw new Error('EIO');
    };
    const rows: CsvRow[] = [];
    const reading = async () => {
      for await (const piece of readCsv(failing(), { isColumn })) rows.push(...piece);
    };
    await expect(reading()).rejects.toThrow('EIO');
    // The parser keeps a few bytes until it sees what follows them.
    expect(rows.length).toBeGreaterThan(90);
    await expect(findEncoding(failing())).rejects.toThrow('EIO');
  });

  test('that nobody reads further close the source', async () => {
    const source = Readable.from(
      Array.from({ length: 1_000 }, () => Buffer.from('sku_id\nA\n'.repeat(1_000))),
    );
    for await (const piece of readCsv(source, { isColumn })) if (piece.length > 0) break;
    expect(source.destroyed).toBe(true);
  });
});
