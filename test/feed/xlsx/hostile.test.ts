/** A workbook that is damaged, or made to harm, is refused with a clear message. */
import { describe, expect, test } from 'vitest';
import { FileFault } from '../../../src/feed/row.ts';
import { SheetReader } from '../../../src/feed/xlsx/sheet.ts';
import {
  MAIN,
  readBytes,
  sheetXml,
  workbookFile,
  type Parts,
  contentTypes,
  relationships,
  stylesXml,
  WORKBOOK_TYPE,
} from '../../support/feed/workbook-file.ts';
import { zipFile } from '../../support/feed/zip-file.ts';

async function faultOf(bytes: Buffer): Promise<string> {
  const error: unknown = await readBytes(bytes).then(
    (rows) => new Error(`no fault, but ${JSON.stringify(rows).slice(0, 200)}`),
    (caught: unknown) => caught,
  );
  // Anything else would be a bug, not the file's fault.
  if (!(error instanceof FileFault)) throw error;
  return error.message;
}
const faultOfParts = (parts: Parts) => faultOf(workbookFile(parts));
const faultOfRows = (rows: string) => faultOfParts({ 'xl/worksheets/sheet1.xml': sheetXml(rows) });
const sheet = sheetXml('<row><c><v>1</v></c></row>');

describe('an archive', () => {
  test.each<[string, string, Buffer]>([
    ['that is empty', 'The file is empty.', Buffer.alloc(0)],
    ['that is text', 'The file is not an .xlsx workbook', Buffer.from('sku_id,quantity_in_stock\n')],
    [
      'that is a fragment of an old workbook',
      'an old Office document',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    ],
    ['without an end', 'its archive: ', Buffer.from('PK\x03\x04 and no more')],
    ['that is cut off', 'its archive: ', workbookFile().subarray(0, -300)],
    ['with more behind it', 'its archive: ', Buffer.concat([workbookFile(), Buffer.from('more')])],
    ['without entries', 'without a workbook', Buffer.concat([Buffer.from('PK\x03\x04'), zipFile([])])],
  ])('%s', async (_name, message, bytes) => {
    expect(await faultOf(bytes)).toContain(message);
  });

  test.each<[string, string, Parts]>([
    [
      'with a wrong checksum',
      'a part of it differs from its checksum',
      { 'xl/worksheets/sheet1.xml': { content: sheet, claims: { crc: 1 } } },
    ],
    [
      'with damaged data',
      'its archive: ',
      { 'xl/worksheets/sheet1.xml': { content: sheet, packed: Buffer.alloc(50, 0xff) } },
    ],
    [
      'with data that ends too early',
      'a part of it differs from its checksum',
      { 'xl/worksheets/sheet1.xml': { content: sheet, claims: { size: 10_000 } } },
    ],
    [
      'with a password',
      'The archive is encrypted.',
      { 'xl/worksheets/sheet1.xml': { content: sheet, flags: 0x801 } },
    ],
    [
      'packed in another way',
      'its archive is packed in an unusual way',
      { 'xl/worksheets/sheet1.xml': { content: sheet, method: 93 } },
    ],
    ['with a name above its folder', 'invalid relative path: ../../etc/passwd', { '../../etc/passwd': 'x' }],
    ['with a name from the root', 'absolute path: /etc/passwd', { '/etc/passwd': 'x' }],
    ['with two parts of a name', 'two entries of the same name', { 'XL/workbook.xml': '' }],
  ])('%s', async (_name, message, parts) => {
    expect(await faultOfParts(parts)).toContain(message);
  });

  test('with too many entries', async () => {
    const bytes = workbookFile();
    // The number of entries stands 12 bytes before the archive's end.
    bytes.writeUInt16LE(10_001, bytes.length - 12);
    expect(await faultOf(bytes)).toContain('more than 10,000 parts');
    const long = (_: unknown, i: number) => ({
      name: `${i}${'a'.repeat(60_000)}`,
      content: '',
      isStored: true,
    });
    expect(await faultOf(zipFile(Array.from({ length: 100 }, long)))).toContain('more than 10,000 parts');
  });

  test('whose entry has characters that steer a terminal', async () => {
    const message = await faultOfParts({ '/\u001b[2J': '' });
    expect(message).toContain('absolute path: /?[2J');
  });
});

describe('XML', () => {
  const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&c;">]>`;
  const external = `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`;
  const use = (name: string) =>
    `<worksheet xmlns="${MAIN}"><sheetData><row><c><v>&${name};</v></c></row></sheetData></worksheet>`;
  test.each<[string, string, string | Buffer]>([
    ['with entities that grow', 'it has a document type declaration', laughs + use('c')],
    ['with an entity of a file', 'it has a document type declaration', external + use('a')],
    [
      'with a declaration alone',
      'it has a document type declaration',
      `<!DOCTYPE x SYSTEM "a.dtd">${use('a')}`,
    ],
    ['with an unknown entity', 'undefined entity', use('nbsp')],
    ['that is cut off', 'unclosed tag', sheet.slice(0, -30)],
    ['that is not closed rightly', 'unexpected close tag', sheet.replace('</v></c>', '</c></v>')],
    ['that is none', 'text data outside of root node', 'sku_id;quantity'],
    ['that is empty', 'document must contain a root element', ''],
    ['in UTF-16BE', 'it is in UTF-16BE', Buffer.from([0xfe, 0xff, 0, 0x3c])],
    ['with a NUL', 'disallowed character', sheet.replace('>1<', '>\0<')],
    ['nested deeply', 'nested too deeply', `<worksheet xmlns="${MAIN}">${'<a>'.repeat(100)}`],
    [
      'with many attributes',
      'too many attributes',
      `<a ${Array.from({ length: 300 }, (_, i) => `a${i}="" `).join('')}>`,
    ],
    ['with a long name', 'longer than', `<a${'a'.repeat(1_100_000)}`],
    ['with a long comment', 'longer than', `<!-- ${' '.repeat(1_100_000)}`],
    ['with a long declaration', 'longer than', `<!DOCTYPE ${' '.repeat(1_100_000)}`],
    ['with a long text', 'longer than', sheet.replace('>1<', `>${' '.repeat(1_100_000)}<`)],
  ])('%s', async (_name, message, content) => {
    expect(await faultOfParts({ 'xl/worksheets/sheet1.xml': { content } })).toContain(message);
  });
});

describe('what invites a search without end is read at once', () => {
  const many = 500_000;
  test.each<[string, string, Parts]>([
    [
      'digits that are no number',
      'one row',
      { 'xl/worksheets/sheet1.xml': sheetXml(`<row><c><v>${'1'.repeat(many)}x</v></c></row>`) },
    ],
    ['brackets of a format', 'one row', { 'xl/styles.xml': stylesXml('['.repeat(many)) }],
    [
      'a long path',
      'it has no part',
      {
        '[Content_Types].xml': contentTypes(WORKBOOK_TYPE).replace('application/xml', WORKBOOK_TYPE),
        '_rels/.rels': relationships(['a', 'officeDocument', `${'a'.repeat(many)}/.xml`]),
      },
    ],
  ])(
    '%s',
    async (_name, expected, parts) => {
      const said = await readBytes(workbookFile(parts)).then(
        (rows) => (rows.length === 1 ? 'one row' : ''),
        (error: Error) => error.message,
      );
      expect(said).toContain(expected);
    },
    5_000,
  );
});

describe('a sheet', () => {
  test.each([
    [
      'with a row beyond all',
      '<row r="4000000000"><c><v>1</v></c></row>',
      'a row has the number "4000000000", and a sheet at most 1,048,576 rows',
    ],
    ['with a row 0', '<row r="0"/>', 'a row has the number "0"'],
    ['with a row that is no number', '<row r="1e3"/>', 'a row has the number "1e3"'],
    ['whose rows go back', '<row r="3"/><row r="3"/>', 'its row 3 stands after row 3'],
    ['whose rows go on beyond all', '<row r="1048576"/><row/>', 'a row has the number "1048577"'],
    ['with a column beyond all', '<row><c r="XFE1"/></row>', 'row 1 has its cells out of order'],
    ['with a column of many letters', '<row><c r="AAAAAAAA1"/></row>', 'row 1 has its cells out of order'],
    ['with a column that is none', '<row><c r="11"/></row>', 'row 1 has its cells out of order'],
    ['with a cell of an unknown type', '<row><c t="x"><v>1</v></c></row>', 'a cell is of an unknown type'],
    [
      'with content far to the right',
      '<row><c r="AMK1"><v>1</v></c></row>',
      'Row 1 has more than 1,024 columns',
    ],
    [
      'with a long row',
      `<row>${`<c t="str"><v>${'x'.repeat(32_767)}</v></c>`.repeat(5)}</row>`,
      'Row 1 has more than 131,072 characters',
    ],
  ])('%s', async (_name, rows, message) => {
    expect(await faultOfRows(rows)).toContain(message);
  });
});

test('a sheet has at most a million rows with content', () => {
  const reader = new SheetReader({
    texts: { get: () => undefined },
    styles: [],
    is1904: false,
    isUncalculated: false,
  });
  const row = () => {
    ['row', 'c', 'v'].forEach((name, i) => reader.open(name, {}, i + 3));
    reader.text('1');
    ['v', 'c', 'row'].forEach((name, i) => reader.close(name, 5 - i));
    if (reader.isFull) reader.takeRows();
  };
  reader.open('worksheet', {}, 1);
  reader.open('sheetData', {}, 2);
  for (let i = 0; i < 1_000_000; i++) row();
  expect(row).toThrow('The sheet has more than 1,000,000 rows, or too much text: send it in several files.');
});
