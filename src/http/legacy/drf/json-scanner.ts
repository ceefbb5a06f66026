/** JSON text read as CPython 3.11's `json.loads` reads it: into Python's values, or into Python's message. */
import type { PythonValue } from './repr.ts';

/** Arrays and objects within each other; CPython gives up near here as well (1,000 calls, less those of the server). */
export const MAX_DEPTH = 900;

/** Digits of an int; CPython's `sys.get_int_max_str_digits()`. */
export const MAX_INT_DIGITS = 4300;

/** What a text holds, or why it holds nothing: `Expecting value: line 1 column 6 (char 5)`. */
export type Scanned = { readonly value: PythonValue } | { readonly error: string };

/**
 * Reads a whole text. The messages are those of CPython 3.11's C scanner, with DRF 3.14's for NaN and the infinities,
 * which its strict parser refuses; nesting beyond MAX_DEPTH is refused where CPython raises RecursionError. Does not
 * recurse.
 */
export function scanPythonJson(text: string): Scanned {
  const cursor = { text, at: 0 };
  if (text.startsWith('\ufeff')) return faultAt(cursor, 'Unexpected UTF-8 BOM (decode using utf-8-sig)');
  skipSpace(cursor);
  const value = readDocument(cursor);
  if (value instanceof Fault) return value;
  skipSpace(cursor);
  return cursor.at < text.length ? faultAt(cursor, 'Extra data') : { value };
}

interface Cursor {
  readonly text: string;
  at: number;
}

class Fault {
  readonly error: string;
  constructor(error: string) {
    this.error = error;
  }
}

/** An array or object that is not closed yet. */
interface Open {
  readonly container: PythonValue[] | Map<string, PythonValue>;
  readonly close: string;
  /** The key that the next value goes under. */
  key: string;
}

function readDocument(cursor: Cursor): PythonValue | Fault {
  const open: Open[] = [];
  for (;;) {
    const value = readValue(cursor, open);
    if (value === undefined) continue;
    if (value instanceof Fault) return value;
    const document = placeValue(cursor, open, value);
    if (document !== undefined) return document;
  }
}

/** A scalar or an empty container; undefined once a container was opened and its first value is next. */
function readValue(cursor: Cursor, open: Open[]): PythonValue | Fault | undefined {
  const opener = cursor.text[cursor.at];
  if (opener !== '[' && opener !== '{') return readScalar(cursor);
  if (open.length === MAX_DEPTH) return faultAt(cursor, `Too deeply nested, at most ${MAX_DEPTH} levels`);
  const container = opener === '[' ? [] : new Map<string, PythonValue>();
  const close = opener === '[' ? ']' : '}';
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === close) {
    cursor.at += 1;
    return container;
  }
  const opened = { container, close, key: '' };
  open.push(opened);
  return close === '}' ? readKey(cursor, opened) : undefined;
}

/** Puts a value into its container and closes what ends here: the document once all is closed, undefined before. */
function placeValue(cursor: Cursor, open: Open[], value: PythonValue): PythonValue | Fault | undefined {
  let placed = value;
  for (let parent = open.at(-1); parent !== undefined; parent = open.at(-1)) {
    if (parent.container instanceof Map) parent.container.set(parent.key, placed);
    else parent.container.push(placed);
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next !== parent.close && next !== ',') return faultAt(cursor, "Expecting ',' delimiter");
    cursor.at += 1;
    if (next === ',') {
      skipSpace(cursor);
      return parent.close === '}' ? readKey(cursor, parent) : undefined;
    }
    placed = parent.container;
    open.pop();
  }
  return placed;
}

function readKey(cursor: Cursor, into: Open): Fault | undefined {
  if (cursor.text[cursor.at] !== '"') {
    return faultAt(cursor, 'Expecting property name enclosed in double quotes');
  }
  const key = readString(cursor);
  if (key instanceof Fault) return key;
  into.key = key;
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== ':') return faultAt(cursor, "Expecting ':' delimiter");
  cursor.at += 1;
  skipSpace(cursor);
  return undefined;
}

const constants = [
  ['null', null],
  ['true', true],
  ['false', false],
] as const;

function readScalar(cursor: Cursor): PythonValue | Fault {
  const { text, at } = cursor;
  if (text[at] === '"') return readString(cursor);
  for (const [word, value] of constants) {
    if (!text.startsWith(word, at)) continue;
    cursor.at += word.length;
    return value;
  }
  const notFinite = ['NaN', 'Infinity', '-Infinity'].find((word) => text.startsWith(word, at));
  if (notFinite) return new Fault(`Out of range float values are not JSON compliant: '${notFinite}'`);
  return readNumber(cursor);
}

function readNumber(cursor: Cursor): PythonValue | Fault {
  const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
  number.lastIndex = cursor.at;
  const [literal, fraction, exponent] = number.exec(cursor.text) ?? [];
  if (literal === undefined) return faultAt(cursor, 'Expecting value');
  cursor.at += literal.length;
  if (fraction !== undefined || exponent !== undefined) return Number(literal);
  const digits = literal.startsWith('-') ? literal.length - 1 : literal.length;
  if (digits <= MAX_INT_DIGITS) return BigInt(literal);
  const limit = `Exceeds the limit (${MAX_INT_DIGITS} digits) for integer string conversion`;
  return new Fault(
    `${limit}: value has ${digits} digits; use sys.set_int_max_str_digits() to increase the limit`,
  );
}

function readString(cursor: Cursor): string | Fault {
  const { text, at: start } = cursor;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      cursor.at = at + 1;
      return unquote(text.slice(start, cursor.at));
    }
    if (character < ' ') return faultAt(cursor, 'Invalid control character at', at);
    if (character !== '\\') continue;
    const fault = checkEscape(cursor, at);
    if (fault) return fault;
    // What follows the backslash is never the closing quote.
    at += 1;
  }
  return faultAt(cursor, 'Unterminated string starting at', start);
}

function checkEscape(cursor: Cursor, backslash: number): Fault | undefined {
  const { text } = cursor;
  const at = backslash + 1;
  // A text that ends here is an unterminated string, not a bad escape.
  if (at === text.length || '"\\/bfnrt'.includes(text.charAt(at))) return undefined;
  if (text[at] !== 'u') return faultAt(cursor, 'Invalid \\escape', backslash);
  // CPython asks for a fifth character, the closing quote at the least, before it looks at the four digits.
  const isSound = /^[0-9a-fA-F]{4}./s.test(text.slice(at + 1, at + 6));
  return isSound ? undefined : faultAt(cursor, 'Invalid \\uXXXX escape', at);
}

/** The value of a string literal that was found to be sound. */
function unquote(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function skipSpace(cursor: Cursor): void {
  for (let next = cursor.text[cursor.at]; next !== undefined; next = cursor.text[cursor.at]) {
    if (!' \t\n\r'.includes(next)) return;
    cursor.at += 1;
  }
}

/** CPython's JSONDecodeError: lines and columns from 1, characters from 0, counted in code points. */
function faultAt(cursor: Cursor, words: string, at = cursor.at): Fault {
  const before = cursor.text.slice(0, at);
  const lines = before.split('\n');
  const column = countCodePoints(lines.at(-1) ?? '') + 1;
  return new Fault(`${words}: line ${lines.length} column ${column} (char ${countCodePoints(before)})`);
}

/** Of well-formed text. */
function countCodePoints(text: string): number {
  return text.replace(/[\udc00-\udfff]/g, '').length;
}
