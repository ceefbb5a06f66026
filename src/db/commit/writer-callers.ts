/** The thread's side of its callers: reads their calls and posts the outcomes. No call can end the thread. */
import type { MessagePort } from 'node:worker_threads';
import type { SaveCounts } from '../../domain/catalog.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { writeAnswer } from '../answer/answer-codec.ts';
import type { SessionWrite } from '../session/write-session.ts';
import type { Load } from './admission.ts';
import type { CatalogPart } from './writer.ts';
import {
  joinTexts,
  toErrorDetails,
  type CallerMessage,
  type Note,
  type NumberedCall,
} from './writer-messages.ts';

/** The methods that callers can call. */
export interface WriterCalls {
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  save(part: CatalogPart): Promise<SaveCounts>;
  purgeKeys(keepMs: number): Promise<boolean>;
  writeSession(write: SessionWrite): Promise<boolean>;
  /** Tells this caller of commits from now on. */
  follow(): void;
  probe(): Promise<string | null>;
  backlog(): Load;
}

/** One caller of the thread. */
export interface Caller {
  /** Sends the note to this caller, together with its next outcomes or at the end of this event-loop turn. */
  tell(note: Note): void;
  /** Sends all unsent outcomes and notes now. */
  flush(): void;
}

/** Answers the calls that arrive on the port. `hearTime` gets the caller's time (ISO 8601) with each message. */
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

/** Runs the call. Resolves to its outcome as JSON text, also if it fails. Never rejects. */
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
    case 'save':
      return `"value",${JSON.stringify(await calls.save(call[1]))}`;
    case 'purgeKeys':
      return `"value",${await calls.purgeKeys(call[1])}`;
    case 'writeSession':
      return `"value",${await calls.writeSession(call[1])}`;
    case 'follow':
      calls.follow();
      return '"value",null';
    case 'probe':
      return `"value",${JSON.stringify(await calls.probe())}`;
    case 'backlog':
      return `"value",${JSON.stringify(calls.backlog())}`;
  }
}

/** Throws OUTCOME_UNKNOWN if the answer cannot be written as text, because the update is stored nevertheless. */
function writeStored(answered: UpdateAnswer): string {
  try {
    return writeAnswer(answered);
  } catch (error) {
    throw new UnavailableError('OUTCOME_UNKNOWN', error);
  }
}

/** Collects outcomes and notes, and sends all of a commit in one message. */
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
      // The commit's other outcomes arrive in microtasks that are already queued.
      if (outcomes.push(text) === 1) queueMicrotask(flush);
    },
    tell(note: Note) {
      if (notes.push(note) === 1) setImmediate(flush);
    },
  };
}
