/** Starts the writer's thread. Other threads read and parse while it waits for an fsync or runs a large bulk call. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { createLogStatus, watchLog, type LogStatus, type LogWatch } from '../driver/log-status.ts';
import { tellCommitted, tellFailed, type CommitObserver } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { connectWriter, type Writer } from './writer-client.ts';
import { fromErrorDetails, type Note } from './writer-messages.ts';

/** Size of the thread's heap for new objects, in MiB. Without it the thread takes Node's flag, which suits the thread of connections. */
const MAX_YOUNG_MIB = 16;

/** What the thread needs to open the store. */
export interface WriterThreadData {
  readonly url: string;
  /** How long to wait for any answer of PostgreSQL, in milliseconds. 0 means no limit. */
  readonly answerTimeoutMs: number;
  readonly keyQuotaBytes: number;
  readonly logLimitBytes: number;
  /** Memory that both threads share. */
  readonly logStatus: LogStatus;
}

/** A handle on the writer's thread. */
export interface WriterThread {
  readonly writer: Writer;
  /** A new port for another caller, in any thread. Pass it to `connectWriter`. */
  connect(): MessagePort;
  /** Resolves once the thread has opened the store. Rejects if it cannot. Earlier calls wait. */
  readonly started: Promise<void>;
  /** The state of SQLite's log. */
  log(): LogWatch;
  /** Answers all calls of all callers, then ends the thread. Rejects if the disk fails while SQLite's log is copied at the end. */
  close(): Promise<void>;
  /** Resolves with the reason once nothing can be written until the store is opened again. */
  readonly failed: Promise<unknown>;
}

/** Starts the thread. `observers` hear of all callers' commits. The thread keeps the process alive only while a call is open. */
export function startWriter(
  { kind, url, answerTimeoutMs, keyQuotaBytes, logLimitBytes }: Store,
  clock: () => Date,
  observers: readonly CommitObserver[],
): WriterThread {
  const logStatus = createLogStatus();
  const workerData: WriterThreadData = { url, answerTimeoutMs, keyQuotaBytes, logLimitBytes, logStatus };
  const worker = new Worker(new URL('writer-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MIB },
  });
  const failed = Promise.withResolvers<unknown>();
  const exited = Promise.withResolvers<void>();
  let crash: unknown;
  worker.on('error', (error) => {
    crash = error;
    failed.resolve(error);
  });
  worker.on('exit', () => {
    failed.resolve(new Error("The writer's thread has ended."));
    exited.resolve();
  });
  const connect = () => openPort(worker);
  const hear = (note: Note) => {
    if ('committed' in note) tellCommitted(observers, note.committed);
    else if ('failed' in note) tellFailed(observers, fromErrorDetails(note.failed));
    else if ('ended' in note) failed.resolve(fromErrorDetails(note.ended));
  };
  const writer = connectWriter(kind, connect(), clock, hear);
  const started = untilStarted(worker, failed.promise);
  return {
    writer,
    connect,
    started,
    log: () => watchLog(url, logStatus),
    async close() {
      await writer.close();
      // A start that ends later would let go of the thread again, and the process would end before it.
      await started.catch(() => undefined);
      worker.ref();
      crash = undefined;
      worker.postMessage('close');
      await exited.promise;
      // The disk failed while the log was copied into the database for the last time.
      if (crash !== undefined) throw crash;
    },
    failed: failed.promise,
  };
}

function openPort(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port1, [port1]);
  return port2;
}

/** Until the thread has started it keeps the process alive. After that only open calls do. */
function untilStarted(worker: Worker, failed: Promise<unknown>): Promise<void> {
  const started = Promise.withResolvers<void>();
  worker.once('message', () => {
    worker.unref();
    started.resolve();
  });
  failed.then(started.reject, started.reject);
  // Node ends the process for an unhandled rejection, and callers need not await `started`.
  started.promise.catch(() => undefined);
  return started.promise;
}
