/** Measures JSON while its bytes arrive, and builds nothing: how many values it has, how long its lists and texts are, how deep it nests. */

/** Levels that are measured; a text that nests deeper is not looked at any further. */
export const MAX_LEVELS = 900;

/** How much a text holds. It says nothing about whether the text is valid JSON. */
export interface JsonShape {
  /** Objects, lists, texts, numbers and words; keys are not counted. */
  values: number;
  /** Elements of the outermost list; 0 where the text is something else. */
  outermost: number;
  /** Elements of all lists. */
  elements: number;
  /** Elements of the longest list, and the offset of its bracket. */
  longestList: number;
  longestListAt: number;
  /** Bytes between the quotes of the longest text or key, and the offset of its quote. */
  longestText: number;
  longestTextAt: number;
  /** Whether it nests deeper than MAX_LEVELS. */
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

/** Bytes without an entry belong to numbers and words. */
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

/** Measures one text, chunk by chunk: about a nanosecond a byte, no recursion, a fixed amount of memory. */
export class JsonMeter {
  readonly shape: JsonShape = {
    values: 0,
    outermost: 0,
    elements: 0,
    longestList: 0,
    longestListAt: 0,
    longestText: 0,
    longestTextAt: 0,
    isTooDeep: false,
  };

  /** Bytes of the chunks before this one. */
  #seen = 0;
  #depth = 0;
  /** A bracket was the last thing: what comes next, unless it closes, is the first element. */
  #isFresh = true;
  /** Offset of the quote of a text that is not closed yet; -1 outside of texts. */
  #textAt = -1;
  /** The last byte of the chunk before was a backslash in a text. */
  #isEscaped = false;
  /** For each level: elements so far, whether it is a list, and where it opened. Level 0 is the document. */
  readonly #counts = [0];
  readonly #isList = [false];
  readonly #openedAt = [0];

  measure(chunk: Uint8Array): void {
    if (!this.shape.isTooDeep) {
      let at = this.#textAt < 0 ? 0 : this.#readText(chunk, 0);
      while (at < chunk.length) at = this.#readStructure(chunk, at);
    }
    this.#seen += chunk.length;
  }

  /** Reads on to the next text and through it; returns where it stopped. */
  #readStructure(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    for (let at = from; at < length; at += 1) {
      // The table has 256 entries, and a byte is below that.
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
    // A level that is open has an entry in each array.
    const elements = ((this.#counts[depth] as number) += 1);
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
    this.#isFresh = true;
    return true;
  }

  #close(): void {
    this.#isFresh = false;
    // What closes more than it opened is no JSON: a parser says so.
    if (this.#depth > 0) this.#depth -= 1;
  }

  /** Reads to the end of a text that is open; returns the offset behind its quote, or the chunk's length. */
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

  #noteText(end: number): void {
    const bytes = end - this.#textAt - 1;
    if (bytes <= this.shape.longestText) return;
    this.shape.longestText = bytes;
    this.shape.longestTextAt = this.#textAt;
  }
}
