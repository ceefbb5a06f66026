/** A table of numbers by name in memory that threads share. One lock guards it. */
import { LOCK_BYTES, SharedLock } from './shared-lock.ts';

/** Names that a table holds at most. */
const MAX_NAMES = 65_536;
/** Places for them. A power of two, and twice as many, so that a look-up passes few names. */
const PLACES = 2 * MAX_NAMES;
/** The lock, and the number of names. */
const HEADER_BYTES = LOCK_BYTES + 4;
const KEYS_BYTES = PLACES * 8;
const VALUES_BYTES = PLACES * 16;
/** Memory for one table. Its pages are zero, and take no room before they are used. */
export function allocateTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + KEYS_BYTES + VALUES_BYTES);
}

/** Two numbers for each name. A name is kept as 64 bits of a hash: names come from operators, not from clients. */
export class SharedTable {
  readonly #lock: SharedLock;
  /** One number: how many names there are. */
  readonly #size: Int32Array;
  readonly #keys: Int32Array;
  /** Two for each place. */
  readonly values: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#lock = new SharedLock(memory);
    this.#size = new Int32Array(memory, LOCK_BYTES, 1);
    this.#keys = new Int32Array(memory, HEADER_BYTES, PLACES * 2);
    this.values = new Float64Array(memory, HEADER_BYTES + KEYS_BYTES, PLACES * 2);
  }

  /** Runs `act` while no other thread runs one on this table. All other methods are to be called in it. It does not nest. */
  exclusively<T>(act: () => T): T {
    return this.#lock.exclusively(act);
  }

  /** The index of the name's first value; -1 if the table has no such name. */
  find(name: string): number {
    const place = this.#search(name);
    return this.#isEmpty(place) ? -1 : place * 2;
  }

  /** As `find`, but adds the name with zeros. Returns -1 if the table is full. */
  findOrAdd(name: string): number {
    const place = this.#search(name);
    if (!this.#isEmpty(place)) return place * 2;
    if ((this.#size[0] ?? 0) >= MAX_NAMES) return -1;
    this.#size[0] = (this.#size[0] ?? 0) + 1;
    const [high, low] = hash(name);
    this.#keys[place * 2] = high;
    this.#keys[place * 2 + 1] = low;
    this.values[place * 2] = 0;
    this.values[place * 2 + 1] = 0;
    return place * 2;
  }

  /** Removes the name whose values are at this index. The places of other names change. */
  remove(index: number): void {
    this.#size[0] = (this.#size[0] ?? 1) - 1;
    // Names behind the gap move into it if a search for them would otherwise end at the gap.
    let gap = index / 2;
    for (let place = next(gap); !this.#isEmpty(place); place = next(place)) {
      const home = placeOf(this.#keys[place * 2] ?? 0);
      if (distance(home, place) < distance(gap, place)) continue;
      this.#move(place, gap);
      gap = place;
    }
    this.#keys[gap * 2] = 0;
    this.#keys[gap * 2 + 1] = 0;
  }

  /** Removes the names for whose index `test` is true. It may miss some that move meanwhile. */
  removeIf(test: (index: number) => boolean): void {
    for (let place = 0; place < PLACES; place++)
      if (!this.#isEmpty(place) && test(place * 2)) this.remove(place * 2);
  }

  clear(): void {
    this.#keys.fill(0);
    this.#size[0] = 0;
  }

  /** The place of the name, or the empty one where it would be. */
  #search(name: string): number {
    const [high, low] = hash(name);
    let place = placeOf(high);
    while (!this.#isEmpty(place) && !(this.#keys[place * 2] === high && this.#keys[place * 2 + 1] === low))
      place = next(place);
    return place;
  }

  #isEmpty(place: number): boolean {
    return this.#keys[place * 2] === 0 && this.#keys[place * 2 + 1] === 0;
  }

  #move(from: number, to: number): void {
    this.#keys.copyWithin(to * 2, from * 2, from * 2 + 2);
    this.values.copyWithin(to * 2, from * 2, from * 2 + 2);
  }
}

const next = (place: number) => (place + 1) & (PLACES - 1);
const placeOf = (high: number) => high & (PLACES - 1);
const distance = (from: number, to: number) => (to - from) & (PLACES - 1);

/** Two hashes of the name (FNV-1a and a variant). They are never both zero, which marks an empty place. */
function hash(name: string): [high: number, low: number] {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995) ^ (low >>> 15);
  }
  // The lowest bits choose the place, so the others have to reach them.
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b);
  return [high ^ (high >>> 13), low | 1];
}
