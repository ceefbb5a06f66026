/** A value as Python holds it, and how Python writes it down: the legacy messages quote what was sent that way. */

/** What Python's json makes of a JSON value: an int is a bigint, a float a number, a dict a Map in order of keys. */
export type PythonValue =
  null | boolean | string | bigint | number | readonly PythonValue[] | Map<string, PythonValue>;

/**
 * Python's `repr()`, after CPython 3.11. Which characters are printable follows the Unicode version of this Node: one
 * that was assigned after Unicode 14 stands as it is where CPython 3.11 still escapes it. Recurses once a level.
 */
export function repr(value: PythonValue): string {
  if (typeof value === 'string') return reprString(value);
  if (typeof value === 'number') return reprFloat(value);
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Map)) return `[${value.map(repr).join(', ')}]`;
  return `{${Array.from(value, ([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`;
}

/** Python's `str()`: a string is itself, anything else its `repr()`. */
export function str(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value);
}

/** Python's `type(value).__name__`. */
export function typeName(value: PythonValue): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return value instanceof Map ? 'dict' : 'list';
}

/** As `repr()` would, writes lone surrogates as `\ud800`, so that the text can be encoded; the rest stays. */
export function escapeSurrogates(text: string): string {
  return text.isWellFormed() ? text : text.replace(/\p{Cs}/gu, escapeCharacter);
}

/** CPython's `unicode_repr`: escaped is what `str.isprintable()` denies, and the space alone is exempt. */
function reprString(text: string): string {
  const escaped = text.replace(/(?! )[\\\p{C}\p{Z}]/gu, escapeCharacter);
  if (!text.includes("'")) return `'${escaped}'`;
  return text.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}

const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

function escapeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return shortEscapes.get(character) ?? `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** CPython's `float_repr`: the shortest digits, as in JavaScript, but an exponent from 1e16 and below 1e-4. */
function reprFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size >= 1e16 || (size > 0 && size < 1e-4)) {
    return value.toExponential().replace(/[0-9]+$/, (exponent) => exponent.padStart(2, '0'));
  }
  const sign = Object.is(value, -0) ? '-' : '';
  return `${sign}${value}${Number.isInteger(value) ? '.0' : ''}`;
}
