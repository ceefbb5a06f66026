/** A request body as DRF 3.14's JSONParser reads it: mostly by JSON.parse, but a refusal is in Python's words. */
import { MAX_DEPTH, MAX_INT_DIGITS, scanPythonJson } from './json-scanner.ts';
import type { PythonValue } from './repr.ts';
import { decodeUtf8 } from './utf8.ts';

/** A value of a body, or a part of one. */
export interface Json {
  /** As JSON.parse gives it. */
  readonly value: unknown;
  /** As Python holds it: 3 is not 3.0, no digit of a large int is lost. The first call reads the whole body again. */
  readonly asPython: () => PythonValue;
}

/**
 * Reads a body, or says in the words of CPython 3.11 and DRF 3.14 why it cannot be read (without DRF's `JSON parse
 * error - `). An empty body is `{}`: DRF does not parse one. Of a repeated key the last wins; `__proto__` is a key like
 * any other. `isTooDeep`: it is known to nest too deep, and nothing is built from it.
 */
export function parseJson(body: Uint8Array, isTooDeep = false): Json | { readonly error: string } {
  if (body.length === 0) return { value: {}, asPython: () => new Map() };
  const decoded = decodeUtf8(body);
  if ('error' in decoded) return decoded;
  const { text } = decoded;
  const value = isTooDeep ? undefined : tryParse(text);
  if (value === undefined || holdsLongInt(text) || nestsTooDeep(text)) {
    const scanned = scanPythonJson(text);
    if ('error' in scanned) return scanned;
    if (value === undefined) throw new Error('JSON.parse refused a text that CPython reads');
  }
  return { value, asPython: keep(() => readAgain(text)) };
}

/** A JSON object, as JSON.parse gives it. */
export function isDict(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object has under a name; undefined when it has nothing, or is no object. */
export function memberOf(json: Json, name: string): Json | undefined {
  if (!isDict(json.value) || !Object.hasOwn(json.value, name)) return undefined;
  return {
    value: json.value[name],
    asPython: () => {
      const dict = json.asPython();
      return dict instanceof Map ? (dict.get(name) ?? null) : null;
    },
  };
}

/** The elements of an array, in order; undefined when it is no array. */
export function elementsOf(json: Json): Json[] | undefined {
  if (!Array.isArray(json.value)) return undefined;
  return json.value.map((value: unknown, index) => ({
    value,
    asPython: () => {
      const list = json.asPython();
      return Array.isArray(list) ? (list[index] ?? null) : null;
    },
  }));
}

/** undefined when JSON.parse refuses. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The lookbehind keeps the search linear.
const longInt = new RegExp(`(?<![0-9])[0-9]{${MAX_INT_DIGITS + 1}}`);

/** True also for digits inside a string: the scanner tells. */
function holdsLongInt(text: string): boolean {
  return text.length > MAX_INT_DIGITS && longInt.test(text);
}

/** Looks at the text, for a repeated key can take a deep value out of the result. Expects what JSON.parse accepts. */
function nestsTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function readAgain(text: string): PythonValue {
  const scanned = scanPythonJson(text);
  if ('error' in scanned) throw new Error(`CPython refuses a text that was accepted: ${scanned.error}`);
  return scanned.value;
}

function keep<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
