/** How Python reads text: what it strips, and which strings its `int()` takes for a whole number. */

/** Python's `str.strip()`, after CPython 3.11. JavaScript's `trim()` takes U+FEFF too, but not U+001C-1F or U+0085. */
export function strip(text: string): string {
  return stripWhere(text, isSpace);
}

/**
 * Python's `int(text)`, after CPython 3.11: undefined where that raises ValueError. Digits of any script count (of this
 * Node's Unicode, newer than CPython's 14), a sign may precede, single underscores may stand between digits. Takes time
 * quadratic in the length: bound it before.
 */
export function parsePythonInt(text: string): bigint | undefined {
  const ascii = stripWhere(text, isIntSpace).replace(/\p{Nd}/gu, toAsciiDigit);
  return /^[+-]?[0-9]+(?:_[0-9]+)*$/.test(ascii) ? BigInt(ascii.replaceAll('_', '')) : undefined;
}

function stripWhere(text: string, isStripped: (code: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end && isStripped(text.charCodeAt(start))) start += 1;
  while (end > start && isStripped(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Python's `str.isspace()`. */
function isSpace(code: number): boolean {
  if (code <= 0x20) return code >= 0x1c || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (code >= 0x2000 && code <= 0x200a) || rareSpaces.has(code);
}

const rareSpaces: ReadonlySet<number> = new Set([0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

/** `int()` asks C's `isspace` about ASCII, and that knows no separators U+001C-U+001F. */
function isIntSpace(code: number): boolean {
  return isSpace(code) && !(code >= 0x1c && code <= 0x1f);
}

/** Unicode keeps the ten digits of a script together, zero first, so the place within the run is the value. */
function toAsciiDigit(digit: string): string {
  if (digit <= '9') return digit;
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((code - start) % 10);
}
