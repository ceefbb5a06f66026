/** Starts the writer's thread: neither an fsync nor a large bulk on it stops reads and parsing on the others. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { createLogStatus, watchLog, type LogStatus, type LogWatch } from '../driver/log-status.ts';
import { tellCommitted, tellFailed, type CommitObserver } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { connectWriter, type Writer } from './writer-client.ts';
import { fromErrorDetails, type Note } from './writer-messages.ts';

/** Of the thread's heap for new objects, in MiB: the command line's setting is for the thread of the connections. */
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
  /** A port for one caller more, in any thread: `connectWriter` makes a writer of it. */
  connect(): MessagePort;
  /** Resolves once the thread has opened the store; until then calls wait. Rejects where it cannot. */
  readonly started: Promise<void>;
  /** How SQLite's log is. */
  log(): LogWatch;
  /** Resolves once all calls of all callers are answered and the thread has ended. Rejects where the disk fails at the very end. */
  close(): Promise<void>;
  /** Resolves with the reason once nothing can be written any more before the store is opened anew. */
  readonly failed: Promise<unknown>;
}

/** `observers` are told of all callers' commits. The thread does not keep the process alive while nobody waits for it. */
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
      // The disk failed as the log went into the database for the last time.
      if (crash !== undefined) throw crash;
    },
    failed: failed.promise,
  };
}

/** The thread keeps the process alive until it has started, and from then on only while a call is open. */
function untilStarted(worker: Worker, failed: Promise<unknown>): Promise<void> {
  const started = Promise.withResolvers<void>();
  worker.once('message', () => {
    worker.unref();
    started.resolve();
  });
  failed.then(started.reject, started.reject);
  // Nobody has to wait for it.
  started.promise.catch(() => undefined);
  return started.promise;
}
