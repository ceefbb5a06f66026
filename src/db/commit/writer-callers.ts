/** The thread's side of its callers: reads their calls and posts the outcomes. No call can end the thread. */
import type { MessagePort } from 'node:worker_threads';
import type { SaveCounts } from '../../domain/catalog.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { writeAnswers, type NumberedAnswer } from '../answer/answer-codec.ts';
import { fromRequestCells } from '../answer/request-codec.ts';
import type { Horizon } from '../history/horizon.ts';
import type { AccessWrite } from '../access/write-access.ts';
import type { WebhookWrite } from '../webhook/write-webhook.ts';
import type { Load } from '../queue/admission.ts';
import type { CatalogPart } from './writer.ts';
import {
  inMessages,
  toErrorDetails,
  type CallerMessage,
  type Note,
  type NumberedCall,
  type NumberedOutcome,
} from './writer-messages.ts';

/** The methods that callers can call. */
export interface WriterCalls {
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  save(part: CatalogPart): Promise<SaveCounts>;
  ownsClock(): Promise<boolean>;
  purgeKeys(keepMs: number): Promise<boolean>;
  giveBack(): Promise<boolean>;
  prune(horizons: readonly Horizon[] | null): Promise<boolean>;
  writeAccess(write: AccessWrite): Promise<boolean>;
  writeWebhook(write: WebhookWrite): Promise<boolean>;
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
    for (const call of message.calls) void answer(calls, call, outbox);
  });
  return outbox;
}

/** Runs the call, and sends its outcome, also if it fails. Never rejects. */
async function answer(calls: WriterCalls, [id, ...call]: NumberedCall, outbox: Outbox): Promise<void> {
  try {
    if (call[0] === 'update') outbox.answer([id, await calls.update(fromRequestCells(call[1]))]);
    else outbox.send([id, 'value', await run(calls, call)]);
  } catch (error) {
    outbox.send([id, 'error', toErrorDetails(error)]);
  }
}

type Unnumbered = NumberedCall extends readonly [number, ...infer Call] ? Call : never;

async function run(calls: WriterCalls, call: Exclude<Unnumbered, ['update', unknown]>): Promise<unknown> {
  switch (call[0]) {
    case 'save':
      return calls.save(call[1]);
    case 'ownsClock':
      return calls.ownsClock();
    case 'purgeKeys':
      return calls.purgeKeys(call[1]);
    case 'giveBack':
      return calls.giveBack();
    case 'prune':
      return calls.prune(call[1]);
    case 'writeAccess':
      return calls.writeAccess(call[1]);
    case 'writeWebhook':
      return calls.writeWebhook(call[1]);
    case 'follow':
      calls.follow();
      return null;
    case 'probe':
      return calls.probe();
    case 'backlog':
      return calls.backlog();
  }
}

interface Outbox extends Caller {
  answer(answer: NumberedAnswer): void;
  send(outcome: NumberedOutcome): void;
}

/** Collects answers, outcomes and notes, and sends all of a commit in one message. */
function createOutbox(port: MessagePort): Outbox {
  let answers: NumberedAnswer[] = [];
  let outcomes: NumberedOutcome[] = [];
  let notes: Note[] = [];
  const flush = () => {
    if (answers.length + outcomes.length + notes.length === 0) return;
    const written = writeAll(inMessages(answers, ([, { results }]) => 1 + results.length));
    const rest = JSON.stringify([...outcomes, ...written.failed]);
    const told = JSON.stringify(notes);
    answers = [];
    outcomes = [];
    notes = [];
    const [first = 'null', ...others] = written.texts;
    port.postMessage(`{"answers":${first},"outcomes":${rest},"notes":${told}}`);
    for (const text of others) port.postMessage(`{"answers":${text},"outcomes":[],"notes":[]}`);
  };
  // The commit's other outcomes arrive in microtasks that are already queued.
  const flushSoon = () => {
    if (answers.length + outcomes.length === 1) queueMicrotask(flush);
  };
  return {
    flush,
    answer(answered) {
      answers.push(answered);
      flushSoon();
    },
    send(outcome) {
      outcomes.push(outcome);
      flushSoon();
    },
    tell(note: Note) {
      if (notes.push(note) === 1) setImmediate(flush);
    },
  };
}

/** The texts of the messages' answers. An answer that cannot be written is OUTCOME_UNKNOWN, because its update is stored nevertheless. */
function writeAll(messages: readonly (readonly NumberedAnswer[])[]) {
  const texts: string[] = [];
  const failed: NumberedOutcome[] = [];
  const write = (answers: readonly NumberedAnswer[]) => {
    try {
      texts.push(writeAnswers(answers));
    } catch (error) {
      const [[id] = []] = answers;
      if (answers.length > 1) for (const one of answers) write([one]);
      else if (id !== undefined)
        failed.push([id, 'error', toErrorDetails(new UnavailableError('OUTCOME_UNKNOWN', error))]);
    }
  };
  messages.forEach(write);
  return { texts, failed };
}
