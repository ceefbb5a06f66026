/** Finds out how a text file is encoded, and decodes it. */

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Bytes that are decoded at once. A part of a text keeps the whole text in memory, so a rejected row must not hold on to much
 * more than itself.
 */
const SLICE_BYTES = 8_192;
const LONGEST_MARK = 3;
const marks: readonly (readonly [mark: readonly number[], encoding: Encoding])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * A byte order mark decides. A file without one is UTF-8 if all of it is valid UTF-8, and Windows-1252 otherwise. Reads the whole
 * file and holds none of it, so the caller has to open the file again to read its text.
 */
export async function findEncoding(source: Bytes): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  try {
    for await (const bytes of sliced(source)) {
      const marked = isFirst ? findMark(bytes) : null;
      if (marked) return marked;
      isFirst = false;
      decoder.decode(bytes, { stream: true });
    }
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return 'windows-1252';
    throw error;
  }
}

/**
 * The text in parts, without the byte order mark. Where `encoding` is null the mark decides, and a file without one is UTF-8. What
 * is invalid in the encoding becomes U+FFFD.
 */
export async function* decode(source: Bytes, encoding: Encoding | null): AsyncGenerator<string, void> {
  let decoder: TextDecoder | undefined;
  for await (const bytes of sliced(source)) {
    decoder ??= new TextDecoder(encoding ?? findMark(bytes) ?? 'utf-8');
    yield decoder.decode(bytes, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

function findMark(bytes: Uint8Array): Encoding | null {
  return marks.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1] ?? null;
}

/** The same bytes in slices. The first slice holds a whole byte order mark if the file begins with one. */
async function* sliced(source: Bytes): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array | null = new Uint8Array();
  for await (const piece of source) {
    const bytes: Uint8Array = head?.length ? Buffer.concat([head, piece]) : piece;
    if (head && bytes.length < LONGEST_MARK) {
      head = bytes;
      continue;
    }
    head = null;
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
  }
  if (head?.length) yield head;
}
