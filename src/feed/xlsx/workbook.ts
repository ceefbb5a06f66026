/** Reads what a workbook says about its sheets, and chooses the one to read. */
import { quote } from '../findings.ts';
import { FileFault } from '../row.ts';
import type { Archive } from './archive.ts';
import { damaged } from './faults.ts';
import { MAX_ENTRIES, MAX_INDEX_BYTES } from './limits.ts';
import { findWorkbook, isReference, readRelationships, type Relationship } from './package.ts';
import { readXml, type Attributes } from './xml.ts';

/** Sheets that a message lists. */
const MAX_LISTED = 10;

/** A workbook whose sheet has been chosen. Parts are names of entries; undefined where the workbook has none. */
export interface Workbook {
  readonly sheetPart: string;
  readonly textsPart: string | undefined;
  readonly stylesPart: string | undefined;
  /** Whether days are counted from 1904 on, as on early Macintoshes. */
  readonly is1904: boolean;
  /** Whether the program that wrote the file left formulas to be calculated by the one that opens it. */
  readonly isUncalculated: boolean;
}

interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly part: Relationship | undefined;
}

/** Reads the workbook. The sheet is that of the name, or else the first one that is not hidden. */
export async function readWorkbook(archive: Archive, sheetName: string | undefined): Promise<Workbook> {
  const name = await findWorkbook(archive);
  const relationships = await readRelationships(archive, name);
  const sheets: Sheet[] = [];
  let is1904 = false;
  let isUncalculated = false;
  await readXml('its list of sheets', archive.read(name, MAX_INDEX_BYTES), {
    open: (element, attributes, depth) => {
      if (element === 'workbookPr') is1904 = isTrue(attributes['date1904']?.value);
      if (element === 'calcPr') isUncalculated = isTrue(attributes['fullCalcOnLoad']?.value);
      if (element === 'sheet' && depth === 3) sheets.push(toSheet(attributes, relationships));
      if (sheets.length > MAX_ENTRIES) throw damaged('it has too many sheets');
    },
  });
  const partOf = (kind: string) => relationships.values().find((one) => one.kind === kind)?.target;
  return {
    sheetPart: chooseSheet(sheets, sheetName),
    textsPart: partOf('sharedStrings'),
    stylesPart: partOf('styles'),
    is1904,
    isUncalculated,
  };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function toSheet(attributes: Attributes, relationships: ReadonlyMap<string, Relationship>): Sheet {
  const reference = Object.values(attributes).find(({ uri, local }) => local === 'id' && isReference(uri));
  const state = attributes['state']?.value ?? 'visible';
  return {
    name: attributes['name']?.value ?? '',
    isHidden: state !== 'visible',
    part: relationships.get(reference?.value ?? ''),
  };
}

function chooseSheet(sheets: readonly Sheet[], name: string | undefined): string {
  const sheet =
    name === undefined
      ? sheets.find(({ isHidden, part }) => !isHidden && part?.kind === 'worksheet')
      : (sheets.find((one) => one.name === name) ?? sheets.find((one) => isSameName(one.name, name)));
  if (!sheet && name === undefined)
    throw new FileFault(
      `The workbook has no visible sheet with cells: name the sheet to read. ${list(sheets)}`,
    );
  if (!sheet) throw new FileFault(`The workbook has no sheet ${quote(name ?? '')}. ${list(sheets)}`);
  if (!sheet.part) throw damaged(`its sheet ${quote(sheet.name)} is missing`);
  if (sheet.part.kind !== 'worksheet')
    throw new FileFault(`The sheet ${quote(sheet.name)} has no cells: name another one. ${list(sheets)}`);
  return sheet.part.target;
}

/** Spreadsheet programs let no two sheets differ by case alone. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.trim().toLowerCase();
}

function list(sheets: readonly Sheet[]): string {
  const names = sheets.slice(0, MAX_LISTED).map(({ name }) => quote(name));
  const more = sheets.length > MAX_LISTED ? `, and ${sheets.length - MAX_LISTED} more` : '';
  return `It has ${names.join(', ') || 'no sheets'}${more}.`;
}
