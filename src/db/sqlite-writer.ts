/** The caller's side of SQLite's writer: neither an fsync nor a large bulk on its thread stops reads and parsing on this one. */
import { Worker } from 'node:worker_threads';
import type { UpdateRequest } from '../inventory.ts';
import { UnavailableError, type UnavailableCode } from '../unavailable.ts';
import { isDiskFailure } from './store-error.ts';
import type { Writer } from './writer.ts';

/** A call to the writer: a method, and what it is given. As JSON: copying objects between threads costs more than twice of it. */
export type WriterCall =
  readonly ['commit', readonly UpdateRequest[], string] | readonly ['purgeKeys', number] | readonly ['close'];

/** What a call came to, as JSON. */
export type WriterOutcome =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly message: string;
        /** The driver's. */
        readonly code: string;
        readonly unavailable: UnavailableCode | null;
      };
    };

/**
 * Starts the thread (sqlite-writer-thread.ts) on the store at this URL. It takes one call after another, and does not keep the process
 * alive while nobody waits for it. Once the disk failed it takes no more: PostgreSQL learned in 2018 that a second fsync may
 * succeed though the first one's pages are lost.
 */
export function startSqliteWriter(url: string): Writer {
  const worker = new Worker(new URL('sqlite-writer-thread.ts', import.meta.url), { workerData: url });
  const waiting: PromiseWithResolvers<unknown>[] = [];
  const failed = Promise.withResolvers<unknown>();
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    failed.resolve(failure);
  };
  const endWith = (error: Error) => {
    fail(error);
    for (const { reject } of waiting.splice(0)) reject(new UnavailableError('OUTCOME_UNKNOWN', error));
  };
  worker.on('error', endWith);
  worker.on('exit', () => endWith(new Error("SQLite's writer has ended.")));
  worker.on('message', (text: string) => {
    const call = waiting.shift();
    if (waiting.length === 0) worker.unref();
    const outcome = JSON.parse(text) as WriterOutcome;
    if ('value' in outcome) return call?.resolve(outcome.value);
    const error = toError(outcome);
    if (isDiskFailure(error)) fail(error);
    call?.reject(error);
  });
  worker.unref();

  const ask = <T>(...call: WriterCall): Promise<T> => {
    if (failure !== undefined && call[0] !== 'close') {
      return Promise.reject(new UnavailableError('STORE_UNAVAILABLE', failure));
    }
    const asked = Promise.withResolvers<unknown>();
    waiting.push(asked);
    worker.ref();
    worker.postMessage(JSON.stringify(call));
    // The thread gives what the method of this name gives.
    return asked.promise as Promise<T>;
  };
  return {
    commit: (requests, now) => ask('commit', requests, now),
    purgeKeys: (keepMs) => ask('purgeKeys', keepMs),
    close: () => ask('close'),
    failed: failed.promise,
  };
}

function toError({
  error: { message, code, unavailable },
}: Extract<WriterOutcome, { error: object }>): Error {
  const error = Object.assign(new Error(message), { code });
  return unavailable ? new UnavailableError(unavailable, error) : error;
}
