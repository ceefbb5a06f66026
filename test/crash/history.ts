/** What was sent, and what came back: the model that a store is compared with. */
import type { Operation } from './plan.ts';

/** What a client asked to hold of a row's SKU. */
export interface Expected {
  readonly version?: number;
  readonly quantityInStock?: number;
}

export interface AnsweredRow {
  /** An operation changes something, or is refused: one that finds nothing to do finds what it did itself. */
  readonly outcome: 'APPLIED' | 'REJECTED' | 'UNCHANGED';
  /** The SKU after it, or as it is where it was refused; and the change's position. Where the door says them. */
  readonly version?: number;
  readonly quantityInStock?: number;
  readonly position?: number;
}

export interface Answer {
  readonly replayed: boolean;
  readonly rows: readonly AnsweredRow[];
  /** As it came, but for whether it was replayed. */
  readonly text: string;
}

/** Why there is no answer: nobody knows then what is stored. */
export interface NoAnswer {
  readonly unknown: string;
}

export interface Sent {
  readonly operation: Operation;
  /** A row each; sent again as they were. */
  readonly expected: readonly (Expected | undefined)[];
  /** One for each time that it was sent. */
  readonly replies: (Answer | NoAnswer)[];
  /** Once nothing is under way: the changes that were found of it, which can be no others later unless it is sent again. */
  settled?: number;
}

/** By the operation's number. */
export type History = Map<number, Sent>;

export function answersOf({ replies }: Sent): Answer[] {
  return replies.flatMap((reply) => ('unknown' in reply ? [] : [reply]));
}

/** Sent with a key and never answered: it is to be sent again until it is. */
export function isOpen(sent: Sent): boolean {
  return sent.operation.hasKey && answersOf(sent).length === 0;
}

/** Answered with something done, which its key keeps. */
export function isKept(sent: Sent): boolean {
  const applied = answersOf(sent).some(({ rows }) => rows.some(({ outcome }) => outcome === 'APPLIED'));
  return sent.operation.hasKey && applied;
}
