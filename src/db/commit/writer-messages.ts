/** The messages between callers and the writer's thread. They are JSON text, which costs less than half of copying objects. */
import type { RequestCells } from '../answer/request-codec.ts';
import { UnavailableError, type UnavailableCode } from '../../domain/unavailable.ts';
import type { CommitSummary } from './observe-commits.ts';
import type { Horizon } from '../history/horizon.ts';
import type { AccessWrite } from '../access/write-access.ts';
import type { WebhookWrite } from '../webhook/write-webhook.ts';
import type { CatalogPart } from './writer.ts';
import { codeOf } from '../driver/store-error.ts';

/** The name of a method of `WriterCalls`, and its arguments. */
export type WriterCall =
  | readonly ['update', RequestCells]
  | readonly ['save', CatalogPart]
  | readonly ['ownsClock']
  | readonly ['purgeKeys', keepMs: number]
  | readonly ['giveBack']
  | readonly ['prune', horizons: readonly Horizon[] | null]
  | readonly ['writeAccess', AccessWrite]
  | readonly ['writeWebhook', WebhookWrite]
  /** From now on the caller is told the positions of all callers' commits. */
  | readonly ['follow']
  | readonly ['probe']
  | readonly ['backlog'];

/** A call with a number that the caller chose. Its outcome has the same number. */
export type NumberedCall = readonly [id: number, ...WriterCall];

/** A caller's calls of one turn of its event loop, and the time on its clock (ISO 8601): the thread has no clock of its own. */
export interface CallerMessage {
  readonly now: string;
  readonly calls: readonly NumberedCall[];
}

/** The result of a call other than an update that was answered: a value, or an error. */
export type Outcome = readonly ['value', value: unknown] | readonly ['error', error: ErrorDetails];

/** The outcome of the call with this number. */
export type NumberedOutcome = readonly [id: number, ...Outcome];

/** A report on commits of all callers. */
export type Note =
  | {
      readonly committed: CommitSummary;
      /** Whether more writes already wait. */
      readonly isBehind: boolean;
    }
  /** To a caller that follows: a commit gave these suppliers' newest changes these positions. */
  | { readonly positions: CommitSummary['positions'] }
  | { readonly failed: ErrorDetails }
  /** Nothing can be written until the store is opened again. */
  | { readonly ended: ErrorDetails };

/** The thread's message to a caller. */
export interface WriterMessage {
  /** Answers to updates, as `writeAnswers` writes them. Null if there are none. */
  readonly answers: unknown;
  readonly outcomes: readonly NumberedOutcome[];
  readonly notes: readonly Note[];
}

/** An error as JSON: its message with its stack, its driver's code, and the code and message of an UnavailableError. */
export interface ErrorDetails {
  readonly message: string;
  readonly code: string;
  readonly unavailable: { readonly code: UnavailableCode; readonly message: string } | null;
}

/** The error as JSON. For an UnavailableError, message and code are those of its cause. */
export function toErrorDetails(error: unknown): ErrorDetails {
  const isUnavailable = error instanceof UnavailableError;
  const cause = isUnavailable ? error.cause : error;
  return {
    message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    code: codeOf(cause),
    unavailable: isUnavailable ? { code: error.code, message: error.message } : null,
  };
}

/** Makes an error of `toErrorDetails` again: an UnavailableError if it was one, otherwise an Error with the driver's code. */
export function fromErrorDetails({ message, code, unavailable }: ErrorDetails): Error {
  const error = Object.assign(new Error(message), { code });
  return unavailable ? new UnavailableError(unavailable.code, error, unavailable.message) : error;
}

/** Rows of all updates in a message, at most. A receiver reads a message without a pause, in about 2 milliseconds. */
const MAX_MESSAGE_ROWS = 1_000;

/** Splits what is to be sent into messages. What has more rows than a message may have gets a message of its own. */
export function inMessages<Part>(parts: readonly Part[], rowsOf: (part: Part) => number): Part[][] {
  const messages: Part[][] = [];
  let rows = Infinity;
  for (const part of parts) {
    rows += rowsOf(part);
    if (rows > MAX_MESSAGE_ROWS) {
      messages.push([]);
      rows = rowsOf(part);
    }
    messages.at(-1)?.push(part);
  }
  return messages;
}
