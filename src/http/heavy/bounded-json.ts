/** JSON of a result whose size nobody knows beforehand: written in pieces, and given up past a limit. */

/** Bytes of one answer at most. */
export const MAX_ANSWER_BYTES = 32 * 1_048_576;

/** How deep the lists lie that hold nearly all of a large result: `data.field.results`, `data.field.edges`. */
const SPLIT_DEPTH = 4;

/** UTF-16 units joined before they become bytes. */
const PIECE_LENGTH = 65_536;

/**
 * The value as JSON.stringify writes it, in UTF-8; undefined where it has more than `maxBytes`. No string as long as the
 * whole is ever made: V8 ends those at 512 MiB.
 */
export function stringifyBounded(value: unknown, maxBytes = MAX_ANSWER_BYTES): Buffer | undefined {
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

/** False once it is given up. */
type Write = (part: string) => boolean;

function writeValue(value: unknown, depth: number, write: Write): boolean {
  if (depth === 0 || typeof value !== 'object' || value === null || 'toJSON' in value) {
    // What JSON cannot hold is null within an array; objects leave it out before they come here.
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
