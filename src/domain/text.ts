/** How text is read, on every way in: the white space that is ignored, dates, and names that come close. These are no rules of the inventory. */

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

/** Names that are suggested for a mistyped one at most. */
const MAX_NEAREST = 3;

/** The names that differ least from `name`, nearest first. Case does not count; a third of its characters may differ. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const most = Math.max(1, Math.floor(name.length / 3));
  return names
    .filter((known) => Math.abs(known.length - name.length) <= most)
    .map((known) => ({ known, distance: distanceOf(wanted, known.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MAX_NEAREST)
    .map(({ known }) => known);
}

/** How many characters must be added, removed or replaced, or neighbours swapped, to make `b` of `a`. */
function distanceOf(a: string, b: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(back, j) + 1,
          at(row, j - 1) + 1,
          at(back, j - 1) + cost,
          isSwapped ? at(twoBack, j - 2) + 1 : Infinity,
        ),
      );
    }
    twoBack = back;
    back = row;
  }
  return at(back, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
