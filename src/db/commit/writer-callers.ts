/** The thread's side of its callers: calls in by their ports, outcomes out. No call can end the thread. */
import type { MessagePort } from 'node:worker_threads';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { writeAnswer } from '../answer/answer-codec.ts';
import type { Load } from './admission.ts';
import {
  joinTexts,
  toErrorDetails,
  type CallerMessage,
  type Note,
  type NumberedCall,
} from './writer-messages.ts';

/** What callers can ask for. */
export interface WriterCalls {
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  purgeKeys(keepMs: number): Promise<boolean>;
  probe(): Promise<string | null>;
  backlog(): Load;
}

export interface Caller {
  /** Tells this caller; with its next outcomes, if there are some in this turn. */
  tell(note: Note): void;
  /** Sends what is there. */
  flush(): void;
}

/** Answers the calls that come in by the port. `hearTime` is told what the caller's clock says (ISO 8601). */
export function answerCalls(port: MessagePort, calls: WriterCalls, hearTime: (now: string) => void): Caller {
  const outbox = createOutbox(port);
  port.on('message', (text: string) => {
    // connectWriter wrote it.
    const message = JSON.parse(text) as CallerMessage;
    hearTime(message.now);
    for (const call of message.calls) void answer(calls, call).then(outbox.send);
  });
  return outbox;
}

/** The outcome as JSON text, whatever happens. */
async function answer(calls: WriterCalls, [id, ...call]: NumberedCall): Promise<string> {
  try {
    return `[${id},${await run(calls, call)}]`;
  } catch (error) {
    return JSON.stringify([id, 'error', toErrorDetails(error)]);
  }
}

type Unnumbered = NumberedCall extends readonly [number, ...infer Call] ? Call : never;

async function run(calls: WriterCalls, call: Unnumbered): Promise<string> {
  switch (call[0]) {
    case 'update':
      return `"answer",${writeStored(await calls.update(call[1]))}`;
    case 'purgeKeys':
      return `"value",${await calls.purgeKeys(call[1])}`;
    case 'probe':
      return `"value",${JSON.stringify(await calls.probe())}`;
    case 'backlog':
      return `"value",${JSON.stringify(calls.backlog())}`;
  }
}

/** An answer that cannot be told does not undo what was stored. */
function writeStored(answered: UpdateAnswer): string {
  try {
    return writeAnswer(answered);
  } catch (error) {
    throw new UnavailableError('OUTCOME_UNKNOWN', error);
  }
}

/** All outcomes of a commit go in one message. */
function createOutbox(port: MessagePort) {
  let outcomes: string[] = [];
  let notes: Note[] = [];
  const flush = () => {
    if (outcomes.length === 0 && notes.length === 0) return;
    const lists = joinTexts(outcomes);
    const told = JSON.stringify(notes);
    outcomes = [];
    notes = [];
    if (lists.length === 0) lists.push('[]');
    lists.forEach((list, i) => port.postMessage(`{"outcomes":${list},"notes":${i === 0 ? told : '[]'}}`));
  };
  return {
    flush,
    send(text: string) {
      // The others of its commit are settled in the same row of microtasks.
      if (outcomes.push(text) === 1) queueMicrotask(flush);
    },
    tell(note: Note) {
      if (notes.push(note) === 1) setImmediate(flush);
    },
  };
}
