/** Bytes to text as Python's UTF-8 stream reader does it, with its words for bytes that are no UTF-8. */

// `ignoreBOM` keeps a byte order mark in the text: Python's plain utf-8 does, and its json then refuses it.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a whole body. A character cut off at the very end is dropped in silence, as `codecs.getreader('utf-8')` does
 * (DRF 3.14 reads through it); any other fault gives the text of CPython 3.11's UnicodeDecodeError.
 */
export function decodeUtf8(bytes: Uint8Array): { readonly text: string } | { readonly error: string } {
  try {
    return { text: strict.decode(bytes) };
  } catch {
    return decodeFaulty(bytes);
  }
}

function decodeFaulty(bytes: Uint8Array): { readonly text: string } | { readonly error: string } {
  let at = 0;
  while (at < bytes.length) {
    const size = sequenceSize(bytes[at] ?? 0);
    if (size === 0) return { error: describe(bytes, at, 1, 'invalid start byte') };
    let valid = 1;
    while (valid < size && at + valid < bytes.length && continues(bytes, at, valid)) valid += 1;
    if (valid < size && (at + valid === bytes.length || isCutSurrogate(bytes, at))) break;
    if (valid < size) return { error: describe(bytes, at, valid, 'invalid continuation byte') };
    at += size;
  }
  return { text: strict.decode(bytes.subarray(0, at)) };
}

/** Bytes in the sequence that this byte starts; 0 when it starts none. */
function sequenceSize(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** CPython refuses an encoded surrogate only once its third byte is there: `surrogatepass` needs all three. */
function isCutSurrogate(bytes: Uint8Array, at: number): boolean {
  const second = bytes[at + 1] ?? 0;
  return bytes[at] === 0xed && second >= 0xa0 && second <= 0xbf && at + 2 === bytes.length;
}

// The second byte's bounds that keep out overlong forms, surrogates and what lies beyond U+10FFFF.
const secondFrom = new Map([
  [0xe0, 0xa0],
  [0xf0, 0x90],
]);
const secondTo = new Map([
  [0xed, 0x9f],
  [0xf4, 0x8f],
]);

function continues(bytes: Uint8Array, start: number, offset: number): boolean {
  const lead = bytes[start] ?? 0;
  const byte = bytes[start + offset] ?? 0;
  if (offset > 1) return byte >= 0x80 && byte <= 0xbf;
  return byte >= (secondFrom.get(lead) ?? 0x80) && byte <= (secondTo.get(lead) ?? 0xbf);
}

function describe(bytes: Uint8Array, at: number, size: number, reason: string): string {
  if (size > 1) return `'utf-8' codec can't decode bytes in position ${at}-${at + size - 1}: ${reason}`;
  const hex = (bytes[at] ?? 0).toString(16).padStart(2, '0');
  return `'utf-8' codec can't decode byte 0x${hex} in position ${at}: ${reason}`;
}
