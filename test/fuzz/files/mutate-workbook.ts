/** Mutations of XLSX workbooks: of the archive's bytes and headers, of its parts, and of the XML within them. */
import { zipFile, type ZipEntry } from '../../support/feed/zip-file.ts';
import { unzipFile } from '../../support/feed/unzip-file.ts';
import { mutateBytes, splice } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';
import { repeat } from './repeat.ts';

const signatures = ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];
/** Bytes after a signature that belong to a header of fixed length. */
const HEADER_BYTES = 46;
const numbers = [0, 1, 2, 8, 0x7f, 0xff, 0x800, 0xfffe, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff];

/** Values of attributes and texts that mean nothing, too much, or another part. */
const oddValues = [
  ...['', ' ', '0', '-1', '1e309', '1e-309', 'NaN', '0x10', '99999999999', '1048577', '4294967297', '44.5'],
  ...[
    'A0',
    'A1',
    'B1',
    'A1048577',
    'XFE1',
    'ZZZZZZ1',
    'a1',
    'true',
    'b',
    'd',
    'e',
    's',
    'str',
    'inlineStr',
    '#N/A',
  ],
  ...[
    '&lt;',
    '&#0;',
    '&#x110000;',
    '&undefined;',
    '&a;',
    '_x0000_',
    '_x005F_x0041_',
    'x'.repeat(40_000),
    '界'.repeat(33_000),
  ],
  ...[
    '../../../a',
    '/xl/workbook.xml',
    '\\xl\\styles.xml',
    'http://a.example/b',
    'xl/worksheets/sheet1.xml',
    'rId1',
    'rId99',
  ],
  ...[
    'General',
    '0000000000',
    '[h]:mm',
    'yyyy',
    '[$-',
    '"',
    '2026-02-28T12:00:00',
    '2958466',
    '60',
    '\ud800',
    '\0',
  ],
];

const bombs = [
  `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(60)}"><!ENTITY b "${'&a;'.repeat(60)}"><!ENTITY c "${'&b;'.repeat(60)}">]>`,
  '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
  '<a>'.repeat(5_000),
  `<a ${Array.from({ length: 400 }, (_, n) => `b${n}="c"`).join(' ')}/>`,
  '<![CDATA[',
  '<!--',
  '<?xml version="1.1" encoding="UTF-16"?>',
  '</worksheet>',
  ' '.repeat(1_100_000),
];

type ChangeXml = (xml: string, random: Random) => string;

function changeValue(xml: string, random: Random): string {
  return replaceOne(xml, /"[^"<]*"/g, random, () => `"${random.pick(oddValues)}"`);
}

function changeText(xml: string, random: Random): string {
  return replaceOne(xml, /(?<=>)[^<]*[^<\s][^<]*(?=<)/g, random, () => random.pick(oddValues));
}

/** Changes that leave the XML well formed come more than once: the others do not get past the parser. */
const xmlChanges: readonly ChangeXml[] = [
  ...[changeValue, changeValue, changeValue, changeValue, changeText, changeText, changeText, changeText],
  function repeatElement(xml, random) {
    const times = random.pick([2, 2, 20, 3_000]);
    return replaceOne(xml, /<(\w+)[^<>]*\/>|<(\w+)[^<>]*>[^<]*<\/\2>/g, random, (element) =>
      repeat(element, times),
    );
  },
  function removeElement(xml, random) {
    return replaceOne(xml, /<(\w+)[^<>]*\/>|<(\w+)[^<>]*>[^<]*<\/\2>/g, random, () => '');
  },
  function removeAttribute(xml, random) {
    return replaceOne(xml, / [\w:]+="[^"]*"/g, random, () => '');
  },
  function removeNumbersOfRows(xml) {
    return xml.replaceAll(/(?<=<(?:row|c)\b[^>]*) r="[^"]*"/g, '');
  },
  function repeatRow(xml, random) {
    const times = random.pick([2, 100, 2_000]);
    return replaceOne(xml, /<row[^]*?<\/row>/g, random, (row) => repeat(row, times));
  },
  function renameElements(xml, random) {
    const names = ['row', 'c', 'v', 'f', 'is', 't', 'r', 'si', 'sheetData', 'numFmt', 'sheet', 'xf'];
    const from = random.pick(names);
    return xml.replaceAll(new RegExp(`(?<=</?)${from}\\b`, 'g'), random.pick(names));
  },
  function insertBomb(xml, random) {
    return replaceOne(xml, />/g, random, () => `>${random.pick(bombs)}`);
  },
  function changeBytes(xml, random) {
    return mutateBytes(Buffer.from(xml), random).toString('latin1');
  },
  function cut(xml, random) {
    return xml.slice(0, random.below(xml.length + 1));
  },
];

type ChangeParts = (entries: ZipEntry[], random: Random, other: readonly ZipEntry[]) => ZipEntry[];

const partChanges: readonly ChangeParts[] = [
  (entries, random) => entries.toSpliced(random.below(entries.length), 1),
  (entries, random) => [...entries, random.pick(entries)],
  (entries, random, other) =>
    withOne(entries, random, ({ name }) => ({ name, content: random.pick(other).content })),
  // Parts of another workbook under the same names.
  (entries, random, other) =>
    withOne(entries, random, (entry) => other.find(({ name }) => name === entry.name) ?? entry),
  (entries, random) =>
    withOne(entries, random, (entry) => ({
      ...entry,
      name: random.pick([...oddValues, entry.name.toUpperCase()]).slice(0, 2_000),
    })),
  (entries, random) =>
    withOne(entries, random, (entry) => ({ ...entry, method: random.pick([0, 1, 8, 9, 12, 99]) })),
  (entries, random) =>
    withOne(entries, random, (entry) => ({ ...entry, flags: random.pick([0, 1, 8, 0x40, 0x2041]) })),
  (entries, random) =>
    withOne(entries, random, (entry) => ({
      ...entry,
      claims: random.oneIn(2) ? { size: random.pick(numbers) } : { crc: random.pick(numbers) },
    })),
  (entries, random) => withOne(entries, random, (entry) => ({ ...entry, isStored: true })),
];

/** A workbook that is changed in its bytes, in the headers of its archive, or in its parts. */
export function mutateWorkbook(bytes: Buffer, other: Buffer, random: Random): Buffer {
  if (random.oneIn(20)) return splice(bytes, other, random);
  if (!random.oneIn(4)) return changeParts(bytes, other, random);
  let mutant = bytes;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    mutant =
      random.oneIn(2) && mutant.length > 0 ? changeHeader(mutant, random) : mutateBytes(mutant, random);
  }
  return mutant;
}

function changeParts(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const foreign = unzipFile(other);
  let entries: ZipEntry[] = unzipFile(bytes);
  for (let left = 1 + random.below(3); left > 0 && entries.length > 0; left -= 1) {
    entries = random.oneIn(6)
      ? random.pick(partChanges)(entries, random, foreign)
      : withOne(entries, random, (entry) => ({ ...entry, content: mutateXml(entry, random) }));
  }
  return zipFile(entries);
}

function changeHeader(bytes: Buffer, random: Random): Buffer {
  const starts = signatures.flatMap((signature) => placesOf(bytes, signature));
  if (starts.length === 0) return mutateBytes(bytes, random);
  const changed = Buffer.from(bytes);
  const at = random.pick(starts) + 4 + random.below(HEADER_BYTES - 4);
  const size = random.pick([1, 2, 4] as const);
  if (at + size <= changed.length) changed.writeUIntLE(random.pick(numbers) % 2 ** (8 * size), at, size);
  return changed;
}

function placesOf(bytes: Buffer, signature: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1)) places.push(at);
  return places;
}

function mutateXml({ content }: ZipEntry, random: Random): string {
  let xml = content.toString();
  for (let left = 1 + random.below(3); left > 0; left -= 1) xml = random.pick(xmlChanges)(xml, random);
  return xml;
}

function withOne(entries: ZipEntry[], random: Random, change: (entry: ZipEntry) => ZipEntry): ZipEntry[] {
  const isRead = ({ name }: ZipEntry) => /sheet\d|sharedStrings|styles|workbook\.xml$/.test(name);
  const read = entries.filter(isRead);
  const at = entries.indexOf(random.pick(read.length > 0 && !random.oneIn(4) ? read : entries));
  return entries.map((entry, i) => (i === at ? change(entry) : entry));
}

function replaceOne(xml: string, what: RegExp, random: Random, change: (found: string) => string): string {
  const found = Array.from(xml.matchAll(what));
  if (found.length === 0) return xml;
  const { index, 0: text } = random.pick(found);
  return xml.slice(0, index) + change(text) + xml.slice(index + text.length);
}
