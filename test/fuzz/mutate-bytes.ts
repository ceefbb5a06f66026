/** Mutations of raw bytes, whatever they mean. */
import type { Random } from './random.ts';

type Mutate = (bytes: Buffer, random: Random) => Buffer;

/** Bytes that break decoders: NUL, invalid UTF-8 (overlong, cut off, surrogate, too large), a byte order mark, a lone surrogate in JSON. */
const oddBytes = [
  Buffer.from([0]),
  Buffer.from([0xff]),
  Buffer.from([0x80]),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0xef, 0xbb, 0xbf]),
  Buffer.from('\\ud800'),
  Buffer.from('\\u0000'),
  Buffer.from('\u2028'),
  Buffer.from('\r\n\r\n'),
  Buffer.from('"'),
  Buffer.from('\\'),
];

const insert: Mutate = (bytes, random) => put(bytes, random.below(bytes.length + 1), random.pick(oddBytes));

const mutations: readonly Mutate[] = [
  insert,
  insert,
  function flip(bytes, random) {
    const at = random.below(bytes.length);
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
    return flipped;
  },
  function overwrite(bytes, random) {
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.below(256);
    return changed;
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function cut(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function duplicate(bytes, random) {
    const [from, to] = range(bytes, random);
    return put(bytes, to, bytes.subarray(from, to));
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    return put(bytes, to, Buffer.alloc(Math.min((to - from) * 200, 20_000), bytes.subarray(from, to)));
  },
  function move(bytes, random) {
    const [from, to] = range(bytes, random);
    return put(bytes, random.below(bytes.length), bytes.subarray(from, to));
  },
];

export const mutateBytes: Mutate = (bytes, random) =>
  bytes.length === 0 ? insert(bytes, random) : random.pick(mutations)(bytes, random);

/** Joins the beginning of one with the end of the other. */
export function splice(bytes: Buffer, other: Buffer, random: Random): Buffer {
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}

function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, from + 1 + random.below(Math.min(bytes.length - from, 64))];
}

function put(bytes: Buffer, at: number, what: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}
