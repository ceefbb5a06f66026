/** A caller's side of the writer's thread. The caller may run in any thread. */
import type { MessagePort } from 'node:worker_threads';
import type { Catalog, SaveCounts } from '../../domain/catalog.ts';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { readAnswers } from '../answer/answer-codec.ts';
import { toRequestCells } from '../answer/request-codec.ts';
import { createAdmission, type Load } from '../queue/admission.ts';
import type { WriteAccess } from '../access/write-access.ts';
import type { WriteWebhook } from '../webhook/write-webhook.ts';
import type { Horizon } from '../history/horizon.ts';
import type { StoreKind } from '../store/store.ts';
import { createOpenCalls } from './open-calls.ts';
import { saveInParts } from './save-in-parts.ts';
import { updateInParts } from './update-in-parts.ts';
import type { Note, WriterMessage } from './writer-messages.ts';

/** How long a caller waits for the thread to report its backlog, in milliseconds. */
const BACKLOG_WAIT_MS = 1_000;

/** A caller's handle on the writer's thread. */
export interface Writer {
  /** Resolves once the update is on disk. Rejects with an UnavailableError if too much waits, or if the store takes no writes. */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** Saves catalogs in parts. Between two parts the thread commits other writes. */
  readonly catalog: Catalog;
  /** Whether the thread advances the service clock, which one gateway of a store does. */
  ownsClock(): Promise<boolean>;
  /** Advances the service clock. Deletes some of the keys that are at least `keepMs` milliseconds old. True if there may be more. */
  purgeKeys(keepMs: number): Promise<boolean>;
  /** Gives pages of SQLite's file back that hold nothing. True if there are many left. */
  giveBack(): Promise<boolean>;
  /** Moves the horizons, and deletes some of the changes before them. True if there may be more. */
  prune(horizons: readonly Horizon[] | null): Promise<boolean>;
  /** Writes a session of the board, or a token's last use. */
  readonly writeAccess: WriteAccess;
  /** Writes a webhook endpoint. */
  readonly writeWebhook: WriteWebhook;
  /** From now on `hear` gets the positions of all callers' commits. Resolves once it does. */
  follow(): Promise<void>;
  /** Why no update can be stored, as a sentence. Null if updates can be stored. */
  probe(): Promise<string | null>;
  /** The load of all callers that waits for a transaction. If the thread does not answer within 1 second: this caller's open load. */
  backlog(): Promise<Load>;
  /** Waits until all calls are answered, then closes the port. Later calls reject with STORE_UNAVAILABLE. */
  close(): Promise<void>;
}

/**
 * Makes a writer of a port from `WriterThread.connect`. It keeps the process alive only while a call is open. `hear` gets notes of all
 * callers' commits on the first port that the thread was given, and on other ports their positions once `follow` was called.
 */
export function connectWriter(
  kind: StoreKind,
  port: MessagePort,
  clock: () => Date,
  hear: (note: Note) => void = () => undefined,
): Writer {
  // The thread checks this bound too, but it cannot refuse a call while it is busy.
  const admission = createAdmission();
  const calls = createOpenCalls(port, clock);
  port.on('message', (text: string) => {
    // The thread wrote the message.
    const { answers, outcomes, notes } = JSON.parse(text) as WriterMessage;
    for (const note of notes) hear(note);
    // The thread has no clock: its next commits would carry the time of the last message. Send it a newer one.
    if (notes.some((note) => 'isBehind' in note && note.isBehind)) calls.sendSoon();
    if (answers !== null) for (const [id, read] of readAnswers(answers)) calls.answer(id, read);
    for (const [id, ...outcome] of outcomes) calls.settle(id, outcome);
  });
  port.on('close', () => calls.end(new Error("The writer's thread has ended.")));
  port.unref();
  return {
    update: (request) =>
      admission.admit(request.supplierId, request.rows.length, () =>
        updateInParts(kind, request, (part) =>
          calls.ask<UpdateAnswer>(['update', toRequestCells(part)], 1 + part.rows.length),
        ),
      ),
    catalog: {
      save: (origin, rows) =>
        saveInParts(rows, (part) =>
          admission.admit(origin.supplierId, part.length, () =>
            calls.ask<SaveCounts>(['save', { origin, rows: part }], 1 + part.length),
          ),
        ),
    },
    ...createUpkeep(calls),
    writeAccess: (write) => calls.ask(['writeAccess', write]),
    writeWebhook: (write) => calls.ask(['writeWebhook', write]),
    follow: () => calls.ask(['follow']),
    probe: () => calls.ask(['probe']),
    backlog: () => orSoon(calls.ask(['backlog']), admission.load),
    async close() {
      await calls.idle();
      calls.end(new Error('The writer is closed.'));
      port.close();
    },
  };
}

/** What a gateway asks once in a while to keep its store small. */
function createUpkeep(
  calls: ReturnType<typeof createOpenCalls>,
): Pick<Writer, 'ownsClock' | 'purgeKeys' | 'prune' | 'giveBack'> {
  return {
    ownsClock: () => calls.ask(['ownsClock']),
    purgeKeys: (keepMs) => calls.ask(['purgeKeys', keepMs]),
    giveBack: () => calls.ask(['giveBack']),
    prune: (horizons) => calls.ask(['prune', horizons]),
  };
}

/** The value, or `other()` if it does not come within BACKLOG_WAIT_MS. */
async function orSoon<T>(asked: Promise<T>, other: () => T): Promise<T> {
  const late = Promise.withResolvers<T>();
  const timer = setTimeout(() => late.resolve(other()), BACKLOG_WAIT_MS);
  try {
    return await Promise.race([asked.catch(other), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
