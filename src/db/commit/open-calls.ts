/** Sends a caller's calls to the writer's thread, and keeps them until they are answered. */
import type { MessagePort } from 'node:worker_threads';
import { UnavailableError } from '../../domain/unavailable.ts';
import { fromErrorDetails, inMessages, type Outcome, type WriterCall } from './writer-messages.ts';

/** The calls of one caller. */
export interface OpenCalls {
  /**
   * Resolves with the thread's answer. Rejects with an UnavailableError if the thread has ended, or ends before it answers, and with a
   * TypeError if the call is no JSON. `rows`: about how many rows the call has.
   */
  ask<T>(call: WriterCall, rows?: number): Promise<T>;
  /** Answers the call with this number. */
  settle(id: number, outcome: Outcome): void;
  /** Answers the call with what `read` returns. Its promise rejects with OUTCOME_UNKNOWN if `read` throws. */
  answer(id: number, read: () => unknown): void;
  /** Sends the caller's time and its unsent calls to the thread, at the end of this event-loop turn. */
  sendSoon(): void;
  /** Rejects all open and later calls: with OUTCOME_UNKNOWN if the call was sent, otherwise with STORE_UNAVAILABLE. */
  end(error: Error): void;
  /** Resolves when no call is open. */
  idle(): Promise<void>;
}

interface OpenCall extends PromiseWithResolvers<unknown> {
  /** Whether it was sent. Then the thread may have carried it out. */
  isSent: boolean;
}

/** No call is open yet. The port keeps the process alive only while a call is open. `clock` is read once for each message. */
export function createOpenCalls(port: MessagePort, clock: () => Date): OpenCalls {
  const open = new Map<number, OpenCall>();
  let lastId = 0;
  let ended: Error | undefined;
  const noteSent = (id: number) => Object.assign(open.get(id) ?? {}, { isSent: true });
  const sender = createSender(port, clock, noteSent, (id, error) => close(id)?.reject(error));
  const close = (id: number) => {
    const call = open.get(id);
    open.delete(id);
    if (open.size === 0) port.unref();
    return call;
  };
  return {
    ask<T>(call: WriterCall, rows = 1): Promise<T> {
      if (ended) return Promise.reject(new UnavailableError('STORE_UNAVAILABLE', ended));
      const id = ++lastId;
      sender.add({ id, call, rows });
      const asked = { ...Promise.withResolvers<unknown>(), isSent: false };
      if (open.size === 0) port.ref();
      open.set(id, asked);
      // The thread answers with the result of the method of this name.
      return asked.promise as Promise<T>;
    },
    settle(id, [kind, result]) {
      if (kind === 'error') close(id)?.reject(fromErrorDetails(result));
      else close(id)?.resolve(result);
    },
    answer(id, read) {
      const call = close(id);
      try {
        call?.resolve(read());
      } catch (error) {
        call?.reject(new UnavailableError('OUTCOME_UNKNOWN', error));
      }
    },
    sendSoon: sender.sendSoon,
    end(error) {
      ended ??= error;
      for (const [id, { isSent, reject }] of open) {
        close(id);
        reject(new UnavailableError(isSent ? 'OUTCOME_UNKNOWN' : 'STORE_UNAVAILABLE', error));
      }
    },
    async idle() {
      while (open.size > 0) await Promise.allSettled(Array.from(open.values(), ({ promise }) => promise));
    },
  };
}

interface Unsent {
  readonly id: number;
  readonly call: WriterCall;
  readonly rows: number;
}

/**
 * Sends the calls of one event-loop turn in one message. Requests that arrive together are read in one turn. `cannotSend` hears of each
 * call that cannot be written as JSON.
 */
function createSender(
  port: MessagePort,
  clock: () => Date,
  noteSent: (id: number) => void,
  cannotSend: (id: number, error: unknown) => void,
) {
  let unsent: Unsent[] = [];
  let sending: NodeJS.Immediate | undefined;
  const post = (calls: readonly Unsent[], now: string) => {
    let text: string;
    try {
      text = JSON.stringify({ now, calls: calls.map(({ id, call }) => [id, ...call]) });
    } catch (error) {
      const [{ id } = {}] = calls;
      if (calls.length > 1) for (const call of calls) post([call], now);
      else if (id !== undefined) cannotSend(id, error);
      return;
    }
    for (const { id } of calls) noteSent(id);
    port.postMessage(text);
  };
  const send = () => {
    sending = undefined;
    const now = clock().toISOString();
    const messages = inMessages(unsent, ({ rows }) => rows);
    unsent = [];
    for (const calls of messages.length > 0 ? messages : [[]]) post(calls, now);
  };
  const sendSoon = () => void (sending ??= setImmediate(send));
  return {
    sendSoon,
    add(call: Unsent) {
      unsent.push(call);
      sendSoon();
    },
  };
}
