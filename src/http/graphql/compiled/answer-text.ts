/** The text of an answer while it is written. Values that are still awaited keep their place in it. */
import type { Context } from '../../../schema/builder/context.ts';
import type { CoercedVariables } from './arguments.ts';
import { giveUp } from './unusual.ts';

/** Writes a value as JSON at the end of the text. */
export type Write = (value: unknown, answer: AnswerText) => void;

/** In UTF-16 units. No answer may have so many bytes, so the long way's writer refuses it before it takes more memory. */
const MAX_LENGTH = 40_000_000;

export class AnswerText {
  readonly context: Context;
  readonly variables: CoercedVariables;
  /** The end of the text. Callers append to it. */
  text: string;
  /** What stands before `text`. Empty while nothing was awaited. */
  readonly #parts: Promise<string>[] = [];

  constructor(context: Context, variables: CoercedVariables, begin = '') {
    this.context = context;
    this.variables = variables;
    this.text = begin;
  }

  /** Writes a resolver's result: now, or once it is there. */
  write(result: unknown, write: Write): void {
    if (this.text.length > MAX_LENGTH) giveUp();
    if (!isThenable(result)) return write(result, this);
    this.#parts.push(this.#writeLater(this.text, result, write));
    this.text = '';
  }

  async #writeLater(before: string, result: PromiseLike<unknown>, write: Write): Promise<string> {
    const later = new AnswerText(this.context, this.variables, before);
    try {
      write(await result, later);
      return await later.whole();
    } catch (error) {
      later.abandon();
      throw error;
    }
  }

  /** Whether some of it is not there yet. */
  get isAwaiting(): boolean {
    return this.#parts.length > 0;
  }

  /** The whole text, when all of it is there. */
  whole(): string | Promise<string> {
    if (this.#parts.length === 0) return this.text;
    return Promise.all(this.#parts).then((parts) => parts.join('') + this.text);
  }

  /** Ignores what is still awaited: failures of it are found again the long way. */
  abandon(): void {
    for (const part of this.#parts) part.catch(() => undefined);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
