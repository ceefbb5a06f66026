/** How text is read, on every way in: the white space that is ignored, and dates. These are no rules of the inventory. */

/** The first and the last date that is accepted. Dates sort as text. */
export const MIN_DATE = '2000-01-01';
export const MAX_DATE = '9999-12-31';

/** Whether the text is `YYYY-MM-DD`, a day of the calendar, and neither before the first date nor after the last. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < MIN_DATE) return false;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  // Some parsers read the 30th of February as a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const rareSpaces: ReadonlySet<number> = new Set([0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

/**
 * As Python's `str.strip()` in CPython 3.11. The legacy service is written in Python, so both doors ignore the white space that it ignores.
 * JavaScript's `trim()` also removes U+FEFF, but neither U+001C to U+001F nor U+0085. This is a
 * loop, because a regular expression for trailing space can take quadratic time.
 */
export function strip(text: string, isStripped: (unit: number) => boolean = isPythonSpace): string {
  let start = 0;
  let end = text.length;
  while (start < end && isStripped(text.charCodeAt(start))) start += 1;
  while (end > start && isStripped(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Python's `str.isspace()` for one UTF-16 unit. No character above U+FFFF is white space. */
export function isPythonSpace(unit: number): boolean {
  if (unit <= 0x20) return unit >= 0x1c || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  return (unit >= 0x2000 && unit <= 0x200a) || rareSpaces.has(unit);
}
