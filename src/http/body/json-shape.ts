/** Measures JSON while its bytes arrive, without parsing it: the number of values, the size of lists, objects and strings, and the depth. */

/** Levels that are measured. Measuring stops at JSON that nests deeper. */
export const MAX_LEVELS = 900;
/**
 * Levels of objects that only hold others: the body of a GraphQL request and its `variables`. What lies within them does not add to
 * their size, because each variable is checked by itself.
 */
const OUTER_LEVELS = 2;
/** Elements of a list that add to the size of the object around it. Error messages show as many. */
const SHOWN_ELEMENTS = 10;

/** The size of a JSON text. It does not say whether the text is valid JSON. */
export interface JsonShape {
  /** Objects, lists, strings, numbers and literals (`true`, `false`, `null`). Keys are not counted. */
  values: number;
  /** Elements of the outermost list; 0 if the text is not a list. */
  outermost: number;
  /** Elements of all lists together. */
  elements: number;
  /** Elements of the longest list, and the byte offset of its bracket. */
  longestList: number;
  longestListAt: number;
  /** Bytes between the quotes of the longest string or key, and the byte offset of its opening quote. */
  longestText: number;
  longestTextAt: number;
  /** Values in the largest object, with all that lies within it; of each list the first SHOWN_ELEMENTS. */
  largestObject: number;
  /** Bytes of the strings and keys in the object with most of them, counted in the same way. */
  longestObjectText: number;
  /** Whether the text nests deeper than MAX_LEVELS. */
  isTooDeep: boolean;
}

const SPACE = 1;
const QUOTE = 2;
const OPEN = 3;
const CLOSE = 4;
const COMMA = 5;

const BACKSLASH = 0x5c;
const QUOTE_BYTE = 0x22;
const LIST_BYTE = 0x5b;

/** The kind of each byte. 0 means that the byte belongs to a number or a literal. */
const kinds = new Uint8Array(256);
for (const [kind, characters] of [
  [SPACE, ' \t\r\n'],
  [QUOTE, '"'],
  [OPEN, '[{'],
  [CLOSE, ']}'],
  [COMMA, ','],
] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
}

/** Measures one text chunk by chunk, in about one nanosecond a byte. It needs no recursion, and memory only for MAX_LEVELS levels. */
export class JsonMeter {
  readonly shape: JsonShape = {
    values: 0,
    outermost: 0,
    elements: 0,
    longestList: 0,
    longestListAt: 0,
    longestText: 0,
    longestTextAt: 0,
    largestObject: 0,
    longestObjectText: 0,
    isTooDeep: false,
  };

  /** Bytes of all earlier chunks. */
  #seen = 0;
  #depth = 0;
  /** Whether an opening bracket was read last. The next value is then the first element. */
  #isFresh = true;
  /** Byte offset of the opening quote of the string that is being read; -1 outside of strings. */
  #textAt = -1;
  /** Whether the previous chunk ended with a backslash within a string, which escapes the first byte of this chunk. */
  #isEscaped = false;
  /** For each open level: elements so far, whether it is a list, and the byte offset of its bracket. Level 0 is the document. */
  readonly #counts = [0];
  readonly #isList = [false];
  readonly #openedAt = [0];
  /** For each open level: its size so far, in values and in bytes of text. */
  readonly #valuesIn = [0];
  readonly #textIn = [0];

  /** Measures the next chunk of the text. */
  measure(chunk: Uint8Array): void {
    if (!this.shape.isTooDeep) {
      let at = this.#textAt < 0 ? 0 : this.#readText(chunk, 0);
      while (at < chunk.length) at = this.#readStructure(chunk, at);
    }
    this.#seen += chunk.length;
  }

  /** Reads up to the end of the next string; returns the offset in the chunk where it stopped. */
  #readStructure(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    for (let at = from; at < length; at += 1) {
      // Always defined: the table has an entry for each of the 256 bytes.
      const kind = kinds[chunk[at] as number];
      if (kind === SPACE) continue;
      if (kind === COMMA) {
        this.#count();
        continue;
      }
      if (kind === CLOSE) {
        this.#close();
        continue;
      }
      if (this.#isFresh) {
        this.#isFresh = false;
        this.#count();
      }
      if (kind === OPEN) {
        if (!this.#open(chunk[at] === LIST_BYTE, this.#seen + at)) return length;
      } else if (kind === QUOTE) {
        this.#textAt = this.#seen + at;
        return this.#readText(chunk, at + 1);
      }
    }
    return length;
  }

  #count(): void {
    this.shape.values += 1;
    const depth = this.#depth;
    // Always defined: each open level has an entry in each array.
    const elements = ((this.#counts[depth] as number) += 1);
    if (this.#isShown(depth)) this.#valuesIn[depth] = (this.#valuesIn[depth] as number) + 1;
    if (!this.#isList[depth]) return;
    this.shape.elements += 1;
    if (depth === 1) this.shape.outermost = elements;
    if (elements <= this.shape.longestList) return;
    this.shape.longestList = elements;
    this.shape.longestListAt = this.#openedAt[depth] as number;
  }

  #open(isList: boolean, at: number): boolean {
    if (this.#depth === MAX_LEVELS) {
      this.shape.isTooDeep = true;
      return false;
    }
    this.#depth += 1;
    this.#counts[this.#depth] = 0;
    this.#isList[this.#depth] = isList;
    this.#openedAt[this.#depth] = at;
    this.#valuesIn[this.#depth] = 0;
    this.#textIn[this.#depth] = 0;
    this.#isFresh = true;
    return true;
  }

  #close(): void {
    this.#isFresh = false;
    const depth = this.#depth;
    // A bracket too many is not JSON. The parser reports that later.
    if (depth === 0) return;
    const values = this.#valuesIn[depth] as number;
    const text = this.#textIn[depth] as number;
    if (!this.#isList[depth]) {
      this.shape.largestObject = Math.max(this.shape.largestObject, values);
      this.shape.longestObjectText = Math.max(this.shape.longestObjectText, text);
    }
    this.#depth = depth - 1;
    if (this.#depth > OUTER_LEVELS && this.#isShown(this.#depth)) {
      this.#valuesIn[this.#depth] = (this.#valuesIn[this.#depth] as number) + values;
      this.#textIn[this.#depth] = (this.#textIn[this.#depth] as number) + text;
    }
  }

  /** Whether the latest value of this level adds to its size. */
  #isShown(depth: number): boolean {
    return !this.#isList[depth] || (this.#counts[depth] as number) <= SHOWN_ELEMENTS;
  }

  /** Reads to the end of the open string; returns the offset behind its closing quote, or the chunk's length. */
  #readText(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    let at = from;
    if (this.#isEscaped && at < length) {
      this.#isEscaped = false;
      at += 1;
    }
    for (; at < length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE_BYTE) {
        this.#noteText(this.#seen + at);
        this.#addText(this.#seen + at - this.#textAt - 1);
        this.#textAt = -1;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        at += 1;
        if (at === length) this.#isEscaped = true;
      }
    }
    this.#noteText(this.#seen + length);
    return length;
  }

  #addText(bytes: number): void {
    const depth = this.#depth;
    if (depth <= OUTER_LEVELS || !this.#isShown(depth)) return;
    this.#textIn[depth] = (this.#textIn[depth] as number) + bytes;
  }

  #noteText(end: number): void {
    const bytes = end - this.#textAt - 1;
    if (bytes <= this.shape.longestText) return;
    this.shape.longestText = bytes;
    this.shape.longestTextAt = this.#textAt;
  }
}
