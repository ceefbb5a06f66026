/** Builds XLSX workbooks from the XML of their parts, and reads them with the reader under test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../../src/feed/row.ts';
import { readXlsx, type XlsxOptions } from '../../../src/feed/xlsx/read-xlsx.ts';
import { zipFile, type ZipEntry } from './zip-file.ts';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
export const WORKBOOK_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';

/** A part of its text; null leaves it out; an entry says more about how it is packed. */
export type Parts = Readonly<Record<string, string | null | Omit<ZipEntry, 'name'>>>;

export const contentTypes = (workbookType: string) =>
  `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${workbookType}"/></Types>`;

export const relationships = (...list: [id: string, kind: string, target: string][]) =>
  `<Relationships xmlns="${PACKAGE}/relationships">${list
    .map(([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${target}"/>`)
    .join('')}</Relationships>`;

export const workbookXml = (sheets: string, rest = '') =>
  `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${rest}/><sheets>${sheets}</sheets></workbook>`;

export const sheetXml = (rows: string) =>
  `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`;

export const textsXml = (...texts: string[]) =>
  `<sst xmlns="${MAIN}">${texts.map((text) => `<si>${text}</si>`).join('')}</sst>`;

/** The cell formats by their numbers: each is a number format's id, or its code. */
export const stylesXml = (...formats: (number | string)[]) => {
  const codes = formats.map((format, i) =>
    typeof format === 'string' ? `<numFmt numFmtId="${200 + i}" formatCode="${format}"/>` : '',
  );
  const styles = formats.map(
    (format, i) => `<xf numFmtId="${typeof format === 'string' ? 200 + i : format}"/>`,
  );
  return `<styleSheet xmlns="${MAIN}"><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${styles.join('')}</cellXfs></styleSheet>`;
};

/** A workbook of one sheet. The parts replace those of the same names, or come beside them. */
export function workbookFile(parts: Parts = {}): Buffer {
  const all: Parts = {
    '[Content_Types].xml': contentTypes(WORKBOOK_TYPE),
    '_rels/.rels': relationships(['rId1', 'officeDocument', 'xl/workbook.xml']),
    'xl/workbook.xml': workbookXml('<sheet name="One" sheetId="1" r:id="rId1"/>'),
    'xl/_rels/workbook.xml.rels': relationships(
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
      ['rId2', 'sharedStrings', 'sharedStrings.xml'],
      ['rId3', 'styles', 'styles.xml'],
    ),
    'xl/worksheets/sheet1.xml': sheetXml('<row><c><v>1</v></c></row>'),
    ...parts,
  };
  return zipFile(
    Object.entries(all).flatMap(([name, part]) => {
      if (part === null) return [];
      return typeof part === 'string' ? [{ name, content: part }] : [{ name, ...part }];
    }),
  );
}

/** Writes the bytes to a file of its own for as long as `use` takes. */
export async function withFile<T>(bytes: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-xlsx-'));
  const path = join(folder, 'stock.xlsx');
  writeFileSync(path, bytes);
  try {
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function readRows(path: string, options: XlsxOptions = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of readXlsx(path, options)) rows.push(...batch);
  return rows;
}

/** All rows of a file with these bytes. */
export function readBytes(bytes: Buffer, options: XlsxOptions = {}): Promise<Row[]> {
  return withFile(bytes, (path) => readRows(path, options));
}
