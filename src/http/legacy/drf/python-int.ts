/** Python's `int(text)`: which strings DRF accepts as a whole number. */
import { isPythonSpace, strip } from '../../../domain/text.ts';

/**
 * As CPython 3.11: digits of any script, an optional sign, and single underscores between digits. Returns undefined where Python raises
 * ValueError. This Node's Unicode may know more digits than CPython's Unicode 14. BigInt takes quadratic time, so bound the length first.
 */
export function parsePythonInt(text: string): bigint | undefined {
  const ascii = strip(text, isIntSpace).replace(/\p{Nd}/gu, toAsciiDigit);
  return /^[+-]?[0-9]+(?:_[0-9]+)*$/.test(ascii) ? BigInt(ascii.replaceAll('_', '')) : undefined;
}

/** `int()` uses C's `isspace` for ASCII, which excludes the separators U+001C to U+001F. */
function isIntSpace(code: number): boolean {
  return isPythonSpace(code) && !(code >= 0x1c && code <= 0x1f);
}

/** Unicode keeps the ten digits of a script together, zero first. So a digit's place in its run is its value. */
function toAsciiDigit(digit: string): string {
  if (digit <= '9') return digit;
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String((code - start) % 10);
}
