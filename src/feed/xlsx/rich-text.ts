/** Collects the text of a cell: plain or in runs of several styles, without the phonetic guides of East Asian text. */
import { MAX_CELL_LENGTH } from './limits.ts';

/** Receives what stands within `si` or `is`. */
export class RichText {
  #text = '';
  #isInText = false;
  #isInGuide = false;
  #isTooLong = false;

  /** Forgets what was collected. */
  clear(): void {
    this.#text = '';
    this.#isInText = false;
    this.#isInGuide = false;
    this.#isTooLong = false;
  }

  open(name: string): void {
    if (name === 'rPh') this.#isInGuide = true;
    else if (name === 't') this.#isInText = !this.#isInGuide;
  }

  close(name: string): void {
    if (name === 'rPh') this.#isInGuide = false;
    else if (name === 't') this.#isInText = false;
  }

  /** White space is kept whether or not the file asks for it: whoever reads the cell trims it. */
  add(text: string): void {
    if (!this.#isInText || this.#isTooLong) return;
    this.#text += text;
    // Each character can be written as an escape of seven.
    this.#isTooLong = this.#text.length > MAX_CELL_LENGTH * 7;
  }

  /** What was collected; null where it is longer than a cell's text may be. */
  get text(): string | null {
    const text = unescape(this.#text);
    return this.#isTooLong || text.length > MAX_CELL_LENGTH ? null : text;
  }
}

/** Characters that XML cannot hold are written `_x000D_`, and an underscore that would start such an escape `_x005F_`. */
export function unescape(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Characters from which on V8 keeps a piece of a string as a reference to the whole. */
const SLICED_LENGTH = 13;

/** A copy of the text. A piece of the XML would keep all of its slice in memory for as long as somebody keeps a cell. */
export function detach(text: string): string {
  return text.length < SLICED_LENGTH ? text : Buffer.from(text).toString();
}
