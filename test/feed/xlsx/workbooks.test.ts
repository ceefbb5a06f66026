/** The sheet to read is found in every workbook that the format allows. */
import { describe, expect, test } from 'vitest';
import { FileFault } from '../../../src/feed/row.ts';
import {
  contentTypes,
  MAIN,
  readBytes,
  relationships,
  sheetXml,
  textsXml,
  workbookFile,
  workbookXml,
  WORKBOOK_TYPE,
  type Parts,
} from '../../support/feed/workbook-file.ts';

const cell = (value: string) => sheetXml(`<row r="1"><c t="str"><v>${value}</v></c></row>`);
const read = async (parts: Parts, sheet?: string) =>
  (await readBytes(workbookFile(parts), { sheet })).map(({ cells }) => cells[0]);

describe('the sheet', () => {
  const parts: Parts = {
    'xl/workbook.xml': workbookXml(
      '<sheet name="Chart" r:id="c"/><sheet name="Old" state="hidden" r:id="h"/><sheet name="Older" state="veryHidden" r:id="v"/><sheet name="Stock" r:id="s"/><sheet name="Größe &amp; M" r:id="g"/><sheet name="Lost" r:id="l"/>',
    ),
    'xl/_rels/workbook.xml.rels': relationships(
      ['c', 'chartsheet', 'chartsheets/sheet1.xml'],
      ['h', 'worksheet', 'worksheets/hidden.xml'],
      ['v', 'worksheet', 'worksheets/hidden.xml'],
      ['s', 'worksheet', 'worksheets/stock.xml'],
      ['g', 'worksheet', 'worksheets/size.xml'],
    ),
    'xl/worksheets/hidden.xml': cell('hidden'),
    'xl/worksheets/stock.xml': cell('stock'),
    'xl/worksheets/size.xml': cell('size'),
  };

  test.each([
    [undefined, 'stock'],
    ['Old', 'hidden'],
    ['Größe & M', 'size'],
    ['grösse & m', null],
    ['GRÖßE & m ', 'size'],
  ])('named %j', async (name, expected) => {
    if (expected !== null) expect(await read(parts, name)).toEqual([expected]);
    else
      await expect(read(parts, name)).rejects.toThrow(
        'The workbook has no sheet "grösse & m". It has "Chart", "Old", "Older", "Stock", "Größe & M", "Lost".',
      );
  });

  test.each([
    ['Chart', 'The sheet "Chart" has no cells: name another one.'],
    ['Lost', 'its sheet "Lost" is missing'],
  ])('named %s says why it cannot be read', async (name, message) => {
    await expect(read(parts, name)).rejects.toThrow(message);
  });

  test('must be named where all are hidden', async () => {
    const hidden = { 'xl/workbook.xml': workbookXml('<sheet name="A" state="hidden" r:id="rId1"/>') };
    await expect(read(hidden)).rejects.toThrow('The workbook has no visible sheet');
    expect(await read(hidden, 'A')).toEqual(['1']);
  });
});

describe('parts are found', () => {
  test.each<[string, string, string]>([
    ['from the folder', 'worksheets/a.xml', 'xl/worksheets/a.xml'],
    ['from the root', '/xl/worksheets/a.xml', 'xl/worksheets/a.xml'],
    ['from the folder above', '../sheets/./a.xml', 'sheets/a.xml'],
    ['never above the root', '../../../a.xml', 'a.xml'],
    ['in any case', 'Worksheets/A.xml', 'XL/worksheets/a.XML'],
    ['by an escaped name', 'Bl%C3%A4tter/a%20b.xml', 'xl/Blätter/a b.xml'],
    ['with backslashes', 'worksheets/a.xml', 'xl\\worksheets\\a.xml'],
  ])('%s', async (_name, target, entry) => {
    const rels = relationships(['rId1', 'worksheet', target]);
    expect(await read({ 'xl/_rels/workbook.xml.rels': rels, [entry]: cell('found') })).toEqual(['found']);
  });

  test('in another folder than xl', async () => {
    const bytes = workbookFile({
      '[Content_Types].xml': contentTypes(WORKBOOK_TYPE).replace('/xl/workbook.xml', '/Book.xml'),
      '_rels/.rels': relationships(['a', 'officeDocument', 'book.xml']),
      'xl/workbook.xml': null,
      'xl/_rels/workbook.xml.rels': null,
      'book.xml': workbookXml('<sheet name="One" r:id="rId1"/>'),
      '_rels/book.xml.rels': relationships(['rId1', 'worksheet', 'xl/worksheets/sheet1.xml']),
    });
    expect(await readBytes(bytes)).toEqual([{ line: 1, cells: ['1'] }]);
  });
});

describe('XML', () => {
  const texts = textsXml('<t>text</t>');
  const sheet = sheetXml('<row><c t="s"><v>0</v></c></row>');
  const strict = (text: string) =>
    text
      .replaceAll(MAIN, 'http://purl.oclc.org/ooxml/spreadsheetml/main')
      .replaceAll(
        'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
        'http://purl.oclc.org/ooxml/officeDocument/relationships',
      );
  const prefixed = (text: string) => text.replaceAll(/<(\/?)(?=\w)/g, '<$1x:').replace('xmlns=', 'xmlns:x=');
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

  test('of the strict form', async () => {
    expect(
      await read({
        '_rels/.rels': strict(relationships(['rId1', 'officeDocument', 'xl/workbook.xml'])),
        'xl/workbook.xml': strict(workbookXml('<sheet name="One" r:id="rId1"/>')),
        'xl/_rels/workbook.xml.rels': strict(
          relationships(
            ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
            ['t', 'sharedStrings', 'sharedStrings.xml'],
          ),
        ),
        'xl/worksheets/sheet1.xml': strict(sheet),
        'xl/sharedStrings.xml': strict(texts),
      }),
    ).toEqual(['text']);
  });

  test('with prefixes, and elements of other vocabularies between', async () => {
    const foreign = '<c xmlns="urn:other"><v>no</v></c><y:row xmlns:y="urn:other"/>';
    expect(
      await read({
        'xl/workbook.xml': workbookXml('<sheet name="One" q:id="rId1" xmlns:q="urn:a"/>').replaceAll(
          'urn:a',
          'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
        ),
        'xl/worksheets/sheet1.xml': prefixed(sheet).replace('<x:c ', `${foreign}<x:c `),
        'xl/sharedStrings.xml': prefixed(texts),
      }),
    ).toEqual(['text']);
  });

  test('in UTF-16', async () => {
    expect(
      await read({
        'xl/worksheets/sheet1.xml': { content: utf16(sheet) },
        'xl/sharedStrings.xml': { content: utf16(texts) },
      }),
    ).toEqual(['text']);
  });
});

describe('rows', () => {
  const rows = (content: string) =>
    readBytes(workbookFile({ 'xl/worksheets/sheet1.xml': sheetXml(content) }));

  test('have the numbers that they say, or the next ones, and gaps between their cells', async () => {
    const content =
      '<row><c><v>1</v></c><c r="C1"><v>2</v></c><c><v>3</v></c></row><row r="5"><c r="AB5"><v>4</v></c></row><row><c/></row><row><c r="B7"/><c r="A8"/></row>';
    await expect(rows(content)).rejects.toThrow('row 7 has its cells out of order');
    expect(await rows(content.replace('<c r="A8"/>', ''))).toEqual([
      { line: 1, cells: ['1', '', '2', '3'] },
      { line: 5, cells: [...Array.from({ length: 27 }, () => ''), '4'] },
    ]);
  });

  test('that are empty do not count, nor do cells that are only formatted', async () => {
    expect(await rows('<row r="2" ht="20"/><row r="3"><c s="1"/><c r="XFD3" s="1"/></row>')).toEqual([]);
    expect(await rows('')).toEqual([]);
  });

  test('come in batches, also from a sheet of some size', async () => {
    const many = Array.from(
      { length: 5_000 },
      (_, i) => `<row><c><v>${i}</v></c><c t="b"><v>1</v></c></row>`,
    );
    const found = await rows(many.join(''));
    expect(found.length).toBe(5_000);
    expect(found.at(-1)).toEqual({ line: 5_000, cells: ['4999', 'TRUE'] });
  });
});

test.each<[string, Parts]>([
  ['The workbook contains macros (.xlsm).', { 'xl/vbaProject.bin': '' }],
  [
    'The workbook contains macros (.xlsm).',
    { '[Content_Types].xml': contentTypes('application/vnd.ms-excel.sheet.macroEnabled.main+xml') },
  ],
  [
    'The file is a binary workbook (.xlsb).',
    { '[Content_Types].xml': contentTypes('application/vnd.ms-excel.sheet.binary.macroEnabled.main') },
  ],
  [
    'The file is a Word document.',
    {
      '[Content_Types].xml': contentTypes(
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml',
      ),
    },
  ],
  ['The file is a ZIP archive without a workbook.', { '[Content_Types].xml': null }],
  ['it does not say where its content is', { '_rels/.rels': null }],
  ['it has no part "xl/workbook.xml"', { 'xl/workbook.xml': null }],
  ['it has no part "xl/worksheets/sheet1.xml"', { 'xl/worksheets/sheet1.xml': null }],
  [
    'a cell refers to a text that is missing',
    { 'xl/worksheets/sheet1.xml': sheetXml('<row><c t="s"><v>0</v></c></row>') },
  ],
  ['its sheet is of another kind', { 'xl/worksheets/sheet1.xml': `<dialogsheet xmlns="${MAIN}"/>` }],
])('%s', async (message, parts) => {
  const error: unknown = await readBytes(workbookFile(parts)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(FileFault);
  expect((error as FileFault).message).toContain(message);
});
