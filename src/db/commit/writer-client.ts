/** A caller's side of the writer's thread, in whichever thread the caller runs. */
import type { MessagePort } from 'node:worker_threads';
import type { UpdateAnswer, UpdateRequest } from '../../domain/update.ts';
import { createAdmission, type Load } from './admission.ts';
import type { StoreKind } from '../store/store.ts';
import { createOpenCalls } from './open-calls.ts';
import { updateInParts } from './update-in-parts.ts';
import type { Note, WriterMessage } from './writer-messages.ts';

/** For how long the thread is waited for to say what waits. */
const BACKLOG_WAIT_MS = 1_000;

export interface Writer {
  /** Resolves once it is on disk. Throws UnavailableError when too much waits, or the store takes nothing. */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** Moves the service clock on, and removes some of the keys that are `keepMs` old or older. True: there may be more. */
  purgeKeys(keepMs: number): Promise<boolean>;
  /** Why no update can be stored; null when it can. */
  probe(): Promise<string | null>;
  /** What waits for its commit, of all callers; while the thread does not say it, what this caller waits for. */
  backlog(): Promise<Load>;
  /** Resolves once all calls are answered; then it takes no more. */
  close(): Promise<void>;
}

/**
 * The writer behind this port, which `connect()` of the writer's handle gave. Keeps the process alive only while a call is open.
 * `hear` is told of all callers' commits, on the port that the thread was started with.
 */
export function connectWriter(
  kind: StoreKind,
  port: MessagePort,
  clock: () => Date,
  hear: (note: Note) => void = () => undefined,
): Writer {
  // Here too, and not in the thread alone: while that is busy it refuses nobody.
  const admission = createAdmission();
  const calls = createOpenCalls(port, clock);
  port.on('message', (text: string) => {
    // The thread wrote it.
    const { outcomes, notes } = JSON.parse(text) as WriterMessage;
    for (const note of notes) hear(note);
    // Its commits carry the time that it was last told.
    if (notes.some((note) => 'isBehind' in note && note.isBehind)) calls.sendSoon();
    for (const [id, ...outcome] of outcomes) calls.settle(id, outcome);
  });
  port.on('close', () => calls.end(new Error("The writer's thread has ended.")));
  port.unref();
  return {
    update: (request) =>
      admission.admit(request.supplierId, request.rows.length, () =>
        updateInParts(kind, request, (part) => calls.ask<UpdateAnswer>(['update', part])),
      ),
    purgeKeys: (keepMs) => calls.ask(['purgeKeys', keepMs]),
    probe: () => calls.ask(['probe']),
    backlog: () => orSoon(calls.ask(['backlog']), admission.load),
    async close() {
      await calls.idle();
      calls.end(new Error('The writer is closed.'));
      port.close();
    },
  };
}

/** The value, or another one where it does not come within a second. */
async function orSoon<T>(asked: Promise<T>, other: () => T): Promise<T> {
  const late = Promise.withResolvers<T>();
  const timer = setTimeout(() => late.resolve(other()), BACKLOG_WAIT_MS);
  try {
    return await Promise.race([asked.catch(other), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
