/** Starts the writer's thread. An fsync or a large bulk call on it does not hold up reads and parsing on other threads. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { createLogStatus, watchLog, type LogStatus, type LogWatch } from '../driver/log-status.ts';
import { tellCommitted, tellFailed, type CommitObserver } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { connectWriter, type Writer } from './writer-client.ts';
import { fromErrorDetails, type Note } from './writer-messages.ts';

/** Size of the thread's heap for new objects, in MiB. The command line's setting is meant for the thread of the connections. */
const MAX_YOUNG_MIB = 16;

export interface WriterThreadData {
  readonly url: string;
  readonly answerTimeoutMs: number;
  readonly keyQuotaBytes: number;
  readonly logLimitBytes: number;
  readonly logStatus: LogStatus;
}

export interface WriterThread {
  readonly writer: Writer;
  /** A port for another caller, in any thread. `connectWriter` makes a writer of it. */
  connect(): MessagePort;
  /** Resolves once the thread has opened the store. Calls before that wait. Rejects if it cannot open it. */
  readonly started: Promise<void>;
  /** The state of SQLite's log. */
  log(): LogWatch;
  /** Resolves once all calls of all callers are answered and the thread has ended. Rejects if the disk fails at the very end. */
  close(): Promise<void>;
  /** Resolves with the reason once nothing can be written until the store is opened again. */
  readonly failed: Promise<unknown>;
}

/** Starts the thread. `observers` get all callers' commits. The thread keeps the process alive only while a call is open. */
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
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port1, [port1]);
    return port2;
  };
  const hear = (note: Note) => {
    if ('committed' in note) tellCommitted(observers, note.committed);
    else if ('failed' in note) tellFailed(observers, fromErrorDetails(note.failed));
    else failed.resolve(fromErrorDetails(note.ended));
  };
  const writer = connectWriter(kind, connect(), clock, hear);
  return {
    writer,
    connect,
    started: untilStarted(worker, failed.promise),
    log: () => watchLog(url, logStatus),
    async close() {
      await writer.close();
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

/** Until the thread has started it keeps the process alive. After that only open calls do. */
function untilStarted(worker: Worker, failed: Promise<unknown>): Promise<void> {
  const started = Promise.withResolvers<void>();
  worker.once('message', () => {
    worker.unref();
    started.resolve();
  });
  failed.then(started.reject, started.reject);
  // A caller need not await `started`, so its rejection must not end the process.
  started.promise.catch(() => undefined);
  return started.promise;
}
