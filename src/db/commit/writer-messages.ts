/** The messages between callers and the writer's thread. They are JSON text: copying objects between threads costs more than twice as much. */
import type { UpdateRequest } from '../../domain/update.ts';
import { UnavailableError, type UnavailableCode } from '../../domain/unavailable.ts';
import type { CommitSummary } from './observe-commits.ts';
import type { CatalogPart } from './writer.ts';
import { codeOf } from '../driver/store-error.ts';

/** A method of the writer, and its arguments. */
export type WriterCall =
  | readonly ['update', UpdateRequest]
  | readonly ['save', CatalogPart]
  | readonly ['purgeKeys', keepMs: number]
  | readonly ['probe']
  | readonly ['backlog'];

/** A call under a number that the caller chose. */
export type NumberedCall = readonly [id: number, ...WriterCall];

/** A caller's calls of one turn of its event loop, and the time on its clock (ISO 8601): the thread has no clock of its own. */
export interface CallerMessage {
  readonly now: string;
  readonly calls: readonly NumberedCall[];
}

/** The result of a call: an update's answer as answer-codec.ts writes it, another value, or an error. */
export type Outcome =
  | readonly ['answer', answer: unknown]
  | readonly ['value', value: unknown]
  | readonly ['error', error: ErrorDetails];

export type NumberedOutcome = readonly [id: number, ...Outcome];

/** What the thread reports of all callers' commits. */
export type Note =
  | {
      readonly committed: CommitSummary;
      /** Whether more writes wait already. */
      readonly isBehind: boolean;
    }
  | { readonly failed: ErrorDetails }
  /** Nothing can be written until the store is opened again. */
  | { readonly ended: ErrorDetails };

export interface WriterMessage {
  readonly outcomes: readonly NumberedOutcome[];
  readonly notes: readonly Note[];
}

/** An error's message, its driver's code, and the code and message of an UnavailableError. */
export interface ErrorDetails {
  readonly message: string;
  readonly code: string;
  readonly unavailable: { readonly code: UnavailableCode; readonly message: string } | null;
}

export function toErrorDetails(error: unknown): ErrorDetails {
  const isUnavailable = error instanceof UnavailableError;
  const cause = isUnavailable ? error.cause : error;
  return {
    message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    code: codeOf(cause),
    unavailable: isUnavailable ? { code: error.code, message: error.message } : null,
  };
}

export function fromErrorDetails({ message, code, unavailable }: ErrorDetails): Error {
  const error = Object.assign(new Error(message), { code });
  return unavailable ? new UnavailableError(unavailable.code, error, unavailable.message) : error;
}

/** Most characters of a message. V8's longest string has some 500 million, and a receiver parses a message in one go. */
const MAX_MESSAGE_LENGTH = 16_000_000;

/** Joins JSON texts into lists of bounded length. A text longer than the bound gets a list of its own. */
export function joinTexts(texts: readonly string[]): string[] {
  const lists: string[][] = [];
  let length = Infinity;
  for (const text of texts) {
    if (length + text.length > MAX_MESSAGE_LENGTH) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)?.push(text);
    length += text.length;
  }
  return lists.map((list) => `[${list.join()}]`);
}
