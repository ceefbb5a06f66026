/** The requests and their answers: the model that a store is compared with. */
import type { Operation } from './plan.ts';

/** The precondition of a row. */
export interface Expected {
  readonly version?: number;
  readonly quantityInStock?: number;
}

export interface AnsweredRow {
  /** UNCHANGED is a fault: every operation changes something, so only a second run of the same operation finds nothing to do. */
  readonly outcome: 'APPLIED' | 'REJECTED' | 'UNCHANGED';
  /** The SKU after the row, or its current state if the row was refused; and the position of the change. Absent if the door does not return them. */
  readonly version?: number;
  readonly quantityInStock?: number;
  readonly position?: number;
}

export interface Answer {
  readonly replayed: boolean;
  readonly rows: readonly AnsweredRow[];
  /** The body, without the field that says whether it was replayed. */
  readonly text: string;
}

/** Why there is no answer. The operation may or may not be stored. */
export interface NoAnswer {
  readonly unknown: string;
}

export interface Sent {
  readonly operation: Operation;
  /** The precondition of each row. A repeated request has the same ones. */
  readonly expected: readonly (Expected | undefined)[];
  /** One reply for each time that the operation was sent. */
  readonly replies: (Answer | NoAnswer)[];
  /** The number of its changes at the last check. It may grow later only if the operation is sent again. */
  settled?: number;
}

/** The keys are the numbers of the operations. */
export type History = Map<number, Sent>;

export function answersOf({ replies }: Sent): Answer[] {
  return replies.flatMap((reply) => ('unknown' in reply ? [] : [reply]));
}

/** Whether the operation has a key and no answer. Then it must be sent again. */
export function isOpen(sent: Sent): boolean {
  return sent.operation.hasKey && answersOf(sent).length === 0;
}

/** Whether the store keeps an answer under the operation's key. */
export function isKept(sent: Sent): boolean {
  const applied = answersOf(sent).some(({ rows }) => rows.some(({ outcome }) => outcome === 'APPLIED'));
  return sent.operation.hasKey && applied;
}
