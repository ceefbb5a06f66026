/** Writes a result of unknown size as JSON: in pieces, and up to a limit. */

import { JsonText } from '../edge/json-answer.ts';

/** Largest answer, in bytes. */
export const MAX_ANSWER_BYTES = 32 * 1_048_576;

/** Levels written piece by piece: the result, `data`, a field, and the long list below it (such as `data.field.edges`). Below that, values are short. */
const SPLIT_DEPTH = 4;

/** Length at which a text is encoded as bytes, in UTF-16 units. */
const PIECE_LENGTH = 65_536;

/**
 * Returns the value in UTF-8 as JSON.stringify writes it, or undefined if that is more than `maxBytes`. It never makes one string of the
 * whole, because V8 throws for a string of 512 MiB.
 */
export function stringifyBounded(value: unknown, maxBytes = MAX_ANSWER_BYTES): Buffer | undefined {
  if (value instanceof JsonText) {
    const bytes = Buffer.from(value.text);
    return bytes.length <= maxBytes ? bytes : undefined;
  }
  const pieces: Buffer[] = [];
  let text = '';
  let bytes = 0;
  const flush = () => {
    const piece = Buffer.from(text);
    pieces.push(piece);
    bytes += piece.length;
    text = '';
    return bytes <= maxBytes;
  };
  const write = (part: string) => {
    text += part;
    return text.length < PIECE_LENGTH || flush();
  };
  return writeValue(value, SPLIT_DEPTH, write) && flush() ? Buffer.concat(pieces, bytes) : undefined;
}

/** Appends a part. Returns false once the limit is passed: the caller then stops. */
type Write = (part: string) => boolean;

function writeValue(value: unknown, depth: number, write: Write): boolean {
  if (depth === 0 || typeof value !== 'object' || value === null || 'toJSON' in value) {
    // JSON.stringify returns undefined for a function or a symbol, and writes null for it in an array. `writeObject` skips those.
    return write(JSON.stringify(value) ?? 'null');
  }
  return Array.isArray(value) ? writeArray(value, depth, write) : writeObject(value, depth, write);
}

function writeArray(values: readonly unknown[], depth: number, write: Write): boolean {
  if (!write('[')) return false;
  for (const [i, value] of values.entries()) {
    if (i > 0 && !write(',')) return false;
    if (!writeValue(value, depth - 1, write)) return false;
  }
  return write(']');
}

function writeObject(object: object, depth: number, write: Write): boolean {
  if (!write('{')) return false;
  let isFirst = true;
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue;
    if (!write(`${isFirst ? '' : ','}${JSON.stringify(key)}:`)) return false;
    if (!writeValue(value, depth - 1, write)) return false;
    isFirst = false;
  }
  return write('}');
}
