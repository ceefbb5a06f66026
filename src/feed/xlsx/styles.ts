/** What a number means by its style: an amount, a day, or a time. */
import type { Archive } from './archive.ts';
import { damaged } from './faults.ts';
import { MAX_STYLES, MAX_STYLES_BYTES } from './limits.ts';
import { readXml } from './xml.ts';

/** `width`: digits that are shown at least, as in a code that starts with zeros. */
export type NumberFormat =
  | { readonly kind: 'number'; readonly width: number }
  | { readonly kind: 'date' | 'time' | 'dateTime' | 'duration' };

const PLAIN: NumberFormat = { kind: 'number', width: 1 };
const DATE: NumberFormat = { kind: 'date' };
const TIME: NumberFormat = { kind: 'time' };
const DATE_TIME: NumberFormat = { kind: 'dateTime' };
const DURATION: NumberFormat = { kind: 'duration' };
/** The most digits that a spreadsheet keeps. */
const MAX_WIDTH = 15;
/** Characters of a format that are read. Programs accept no longer ones. */
const MAX_CODE_LENGTH = 255;

/** Formats that every program knows by number, and files do not spell. From 27 on they are those of East Asian programs. */
const builtIn: readonly (readonly [first: number, last: number, format: NumberFormat])[] = [
  [14, 17, DATE],
  [18, 21, TIME],
  [22, 22, DATE_TIME],
  [27, 31, DATE],
  [32, 35, TIME],
  [36, 36, DATE],
  [45, 45, TIME],
  [46, 46, DURATION],
  [47, 47, TIME],
  [50, 58, DATE],
];

/** The number formats of the styles, by the numbers that cells name. */
export async function readStyles(archive: Archive, part: string | undefined): Promise<NumberFormat[]> {
  const styles: NumberFormat[] = [];
  const spelled = new Map<number, NumberFormat>();
  if (part === undefined || !archive.names.has(part)) return styles;
  let isInStyles = false;
  await readXml('its styles', archive.read(part, MAX_STYLES_BYTES), {
    open: (name, attributes, depth) => {
      if (depth === 2) isInStyles = name === 'cellXfs';
      if (name === 'numFmt' && depth === 3) {
        const code = attributes['formatCode']?.value ?? '';
        spelled.set(Number(attributes['numFmtId']?.value), parseFormat(code.slice(0, MAX_CODE_LENGTH)));
      }
      if (name === 'xf' && depth === 3 && isInStyles) {
        const id = Number(attributes['numFmtId']?.value ?? 0);
        styles.push(spelled.get(id) ?? builtInFormat(id));
      }
      if (styles.length > MAX_STYLES || spelled.size > MAX_STYLES) throw damaged('it has too many styles');
    },
  });
  return styles;
}

/** The format of a cell. A style that the workbook does not have is its first one. */
export function formatOf(styles: readonly NumberFormat[], style: string | undefined): NumberFormat {
  return styles[style === undefined ? 0 : Number(style)] ?? PLAIN;
}

/** The format with this number, where the file does not spell it. */
function builtInFormat(id: number): NumberFormat {
  return builtIn.find(([first, last]) => first <= id && id <= last)?.[2] ?? PLAIN;
}

/** Reads a format such as `yyyy-mm-dd;@`. In files the letters are the English ones, whatever the program's language. */
function parseFormat(code: string): NumberFormat {
  const [positive = ''] = stripLiterals(code).split(';');
  const letters = positive.toLowerCase().replaceAll(/general|standard|am\/pm|a\/p|e[+-]/g, '');
  if (/\[(?:h+|m+|s+)\]/.test(letters)) return DURATION;
  const placeholders = letters.replaceAll(/\[[^\]]*\]/g, '');
  const hasTime = /[hs]/.test(placeholders);
  // Beside hours or seconds, an m is minutes.
  const hasDate = /[yd]/.test(placeholders) || (/m/.test(placeholders) && !hasTime);
  if (hasDate) return hasTime ? DATE_TIME : DATE;
  if (hasTime) return TIME;
  const isPadded = /^0+$/.test(placeholders);
  return isPadded ? { kind: 'number', width: Math.min(placeholders.length, MAX_WIDTH) } : PLAIN;
}

/** Takes out text in quotes, escaped characters, and characters that only give their width or fill. */
function stripLiterals(code: string): string {
  return code.replaceAll(/"[^"]*"?|[\\_*]./gs, '');
}
