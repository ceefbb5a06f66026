/** The connection thread's handle on a request thread, which starts on first use and again after it has ended. */
import type { Worker } from 'node:worker_threads';
import { UnavailableError } from '../../domain/unavailable.ts';
import { fromFault } from './heavy-request.ts';
import type { FromThread, ThreadCall, ThreadResult, ToThread } from './thread-messages.ts';

/** Interval at which a thread with work is pinged, in milliseconds, and how many pings in a row it may miss before it is terminated. */
const PING_MS = 1_000;
const MAX_MISSED_PINGS = 20;

/** A running worker, and the calls that wait for its results, by the messages' IDs. */
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<ThreadResult>>;
}

/** Calls one request thread. If the thread ends, only its open calls fail: the next call starts it again. */
export class RequestThread {
  readonly #start: () => Worker;
  readonly #report: (error: unknown) => void;
  #running: Running | undefined;
  #lastId = 0;

  /** `start` starts a worker that runs `serveThread`. `report` gets the error of a worker that fails. */
  constructor(start: () => Worker, report: (error: unknown) => void) {
    this.#start = start;
    this.#report = report;
  }

  /** Starts the thread now, so that the first call does not wait for its start. */
  warm(): void {
    this.#running ??= this.#run();
  }

  /**
   * Runs `call` on the thread and returns its result. When `left` aborts, the thread is told to stop its reads. Throws the error of the
   * call, and `OUTCOME_UNKNOWN` if the thread ends first.
   */
  async call(call: ThreadCall, left: AbortSignal): Promise<ThreadResult> {
    const { worker, waiting } = (this.#running ??= this.#run());
    const id = ++this.#lastId;
    const result = Promise.withResolvers<ThreadResult>();
    const tell = () => send(worker, { kind: 'left', id });
    waiting.set(id, result);
    send(worker, { kind: 'call', id, call });
    left.addEventListener('abort', tell, { once: true });
    try {
      return await result.promise;
    } finally {
      left.removeEventListener('abort', tell);
      waiting.delete(id);
    }
  }

  /** Ends the thread. Its open calls throw `OUTCOME_UNKNOWN`. */
  async close(): Promise<void> {
    await this.#running?.worker.terminate();
  }

  #run(): Running {
    const worker = this.#start();
    const running: Running = { worker, waiting: new Map() };
    const pings = watchOver(running);
    worker.unref();
    worker.on('message', (message: FromThread) => {
      pings.heard();
      if (message.kind === 'pong') return;
      const waiting = running.waiting.get(message.id);
      if (message.kind === 'result') waiting?.resolve(message.result);
      else waiting?.reject(fromFault(message.fault));
    });
    worker.on('error', this.#report);
    worker.once('exit', () => {
      pings.stop();
      if (this.#running === running) this.#running = undefined;
      // The thread may have sent updates to the writer before it ended, so nobody knows whether they are stored.
      for (const { reject } of running.waiting.values()) reject(new UnavailableError('OUTCOME_UNKNOWN'));
    });
    return running;
  }
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}

/** Terminates a thread that has open calls and answers no ping: its event loop is stuck. Any message counts as a sign of life. */
function watchOver({ worker, waiting }: Running) {
  let missed = 0;
  const timer = setInterval(() => {
    missed = waiting.size === 0 ? 0 : missed + 1;
    if (missed > MAX_MISSED_PINGS) void worker.terminate();
    else if (missed > 0) send(worker, { kind: 'ping' });
  }, PING_MS);
  timer.unref();
  return {
    heard: () => {
      missed = 0;
    },
    stop: () => clearInterval(timer),
  };
}
