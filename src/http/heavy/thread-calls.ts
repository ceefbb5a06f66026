/** The calling side of `serveThread`: heavy work that another thread does, behind a port. */
import { UnavailableError } from '../../domain/unavailable.ts';
import {
  fromFault,
  type ExportPart,
  type HeavyAnswer,
  type HeavyWork,
  type LivePage,
} from './heavy-request.ts';
import type { FromThread, ThreadCall, ThreadResult, ToThread } from './thread-messages.ts';

/** Calls through one port, and those of them that wait for their results. */
export class ThreadCalls {
  readonly #send: (message: ToThread) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<ThreadResult>>();
  #lastId = 0;

  constructor(send: (message: ToThread) => void) {
    this.#send = send;
  }

  /** Calls that wait for their results. */
  get open(): number {
    return this.#waiting.size;
  }

  /**
   * Runs `call` on the thread and returns its result. When `left` aborts, the thread is told to stop its reads. Throws the error of the
   * call, and `OUTCOME_UNKNOWN` if the thread ends first.
   */
  async call(call: ThreadCall, left: AbortSignal): Promise<ThreadResult> {
    const id = ++this.#lastId;
    const result = Promise.withResolvers<ThreadResult>();
    const tell = () => this.#send({ kind: 'left', id });
    this.#waiting.set(id, result);
    this.#send({ kind: 'call', id, call });
    left.addEventListener('abort', tell, { once: true });
    try {
      return await result.promise;
    } finally {
      left.removeEventListener('abort', tell);
      this.#waiting.delete(id);
    }
  }

  /** Takes a message of the thread. */
  readonly hear = (message: FromThread): void => {
    if (message.kind === 'pong') return;
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'result') waiting?.resolve(message.result);
    else waiting?.reject(fromFault(message.fault));
  };

  /** The thread may have sent updates to the writer before it ended, so nobody knows whether they are stored. */
  end(): void {
    for (const { reject } of this.#waiting.values()) reject(new UnavailableError('OUTCOME_UNKNOWN'));
  }
}

/** The heavy work behind a port. `run` calls one of its methods, after it has waited for its turn if it must. */
export function toHeavyWork(run: (call: ThreadCall, left: AbortSignal) => Promise<ThreadResult>): HeavyWork {
  // The compiler does not know that the thread returns the result of the method that `name` names.
  return {
    answer: async (request, left, lane) =>
      (await run({ name: 'answer', request, lane }, left)) as HeavyAnswer,
    readPage: async (request, ended) => (await run({ name: 'readPage', request }, ended)) as LivePage,
    readExport: async (request, left) => (await run({ name: 'readExport', request }, left)) as ExportPart,
  };
}
