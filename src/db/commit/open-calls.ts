/** Sends a caller's calls to the writer's thread, and keeps them until they are answered. */
import type { MessagePort } from 'node:worker_threads';
import { UnavailableError } from '../../domain/unavailable.ts';
import { readAnswer } from '../answer/answer-codec.ts';
import { fromErrorDetails, joinTexts, type Outcome, type WriterCall } from './writer-messages.ts';

/** The calls of one caller. */
export interface OpenCalls {
  /** Resolves with the thread's answer. Throws UnavailableError if the thread has ended, or ends before it answers. */
  ask<T>(call: WriterCall): Promise<T>;
  /** Answers the call with this number. Its promise rejects with OUTCOME_UNKNOWN if the outcome cannot be read. */
  settle(id: number, outcome: Outcome): void;
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
  const sender = createSender(port, clock, (id) => {
    const call = open.get(id);
    if (call) call.isSent = true;
  });
  const close = (id: number) => {
    const call = open.get(id);
    open.delete(id);
    if (open.size === 0) port.unref();
    return call;
  };
  return {
    ask<T>(call: WriterCall): Promise<T> {
      if (ended) return Promise.reject(new UnavailableError('STORE_UNAVAILABLE', ended));
      const id = ++lastId;
      sender.add(id, call);
      const asked: OpenCall = { ...Promise.withResolvers<unknown>(), isSent: false };
      if (open.size === 0) port.ref();
      open.set(id, asked);
      // The thread answers with the result of the method of this name.
      return asked.promise as Promise<T>;
    },
    settle(id, outcome) {
      const call = close(id);
      try {
        if (outcome[0] === 'error') call?.reject(fromErrorDetails(outcome[1]));
        else call?.resolve(outcome[0] === 'answer' ? readAnswer(outcome[1]) : outcome[1]);
      } catch (error) {
        call?.reject(new UnavailableError('OUTCOME_UNKNOWN', error));
      }
    },
    sendSoon: () => sender.sendSoon(),
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

/** Sends the calls of one event-loop turn in one message. Requests that arrive together are read in one turn. */
function createSender(port: MessagePort, clock: () => Date, isSent: (id: number) => void) {
  let unsent: { readonly id: number; readonly text: string }[] = [];
  let sending: NodeJS.Immediate | undefined;
  const send = () => {
    sending = undefined;
    for (const { id } of unsent) isSent(id);
    const now = JSON.stringify(clock().toISOString());
    const lists = joinTexts(unsent.map(({ text }) => text));
    unsent = [];
    for (const list of lists.length > 0 ? lists : ['[]']) port.postMessage(`{"now":${now},"calls":${list}}`);
  };
  const sendSoon = () => void (sending ??= setImmediate(send));
  return {
    sendSoon,
    /** Throws if this call cannot be written as JSON. */
    add(id: number, call: WriterCall) {
      unsent.push({ id, text: JSON.stringify([id, ...call]) });
      sendSoon();
    },
  };
}
