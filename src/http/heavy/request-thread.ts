/** The connection thread's handle on a request thread, which starts on first use and again after it has ended. */
import type { Worker } from 'node:worker_threads';
import { ThreadCalls } from './thread-calls.ts';
import type { FromThread, ThreadCall, ThreadResult, ToThread } from './thread-messages.ts';

/** Interval at which a thread with work is pinged, in milliseconds, and how many pings in a row it may miss before it is terminated. */
const PING_MS = 1_000;
const MAX_MISSED_PINGS = 20;

/** A running worker, and the calls that wait for its results. */
interface Running {
  readonly worker: Worker;
  readonly calls: ThreadCalls;
}

/** Calls one request thread. If the thread ends, only its open calls fail: the next call starts it again. */
export class RequestThread {
  readonly #start: () => Worker;
  readonly #report: (error: unknown) => void;
  #running: Running | undefined;

  /** `start` starts a worker that runs `serveThread`. `report` gets the error of a worker that fails. */
  constructor(start: () => Worker, report: (error: unknown) => void) {
    this.#start = start;
    this.#report = report;
  }

  /** Starts the thread now, so that the first call does not wait for its start. */
  warm(): void {
    this.#running ??= this.#run();
  }

  /** As `ThreadCalls.call`. */
  call(call: ThreadCall, left: AbortSignal): Promise<ThreadResult> {
    const { calls } = (this.#running ??= this.#run());
    return calls.call(call, left);
  }

  /** Ends the thread. Its open calls throw `OUTCOME_UNKNOWN`. */
  async close(): Promise<void> {
    await this.#running?.worker.terminate();
  }

  #run(): Running {
    const worker = this.#start();
    const running: Running = { worker, calls: new ThreadCalls((message) => send(worker, message)) };
    const pings = watchOver(running);
    worker.unref();
    worker.on('message', (message: FromThread) => {
      pings.heard();
      running.calls.hear(message);
    });
    worker.on('error', this.#report);
    worker.once('exit', () => {
      pings.stop();
      if (this.#running === running) this.#running = undefined;
      running.calls.end();
    });
    return running;
  }
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}

/** Terminates a thread that has open calls and answers no ping: its event loop is stuck. Any message counts as a sign of life. */
function watchOver({ worker, calls }: Running) {
  let missed = 0;
  const timer = setInterval(() => {
    missed = calls.open === 0 ? 0 : missed + 1;
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
