/** A request thread, seen from the thread of the connections: started when it is needed, and again when it ends. */
import type { Worker } from 'node:worker_threads';
import { UnavailableError } from '../../domain/unavailable.ts';
import { fromFault } from './heavy-request.ts';
import type { FromThread, ThreadCall, ThreadResult, ToThread } from './thread-messages.ts';

/** How often a thread at work is asked for a sign of life, and after how many without one it is ended. */
const PING_MS = 1_000;
const MAX_MISSED_PINGS = 20;

/** A worker, and those who wait for its results. */
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<ThreadResult>>;
}

export class RequestThread {
  readonly #start: () => Worker;
  readonly #report: (error: unknown) => void;
  #running: Running | undefined;
  #lastId = 0;

  /** `start` starts a worker that runs `serveThread`; `report` is told of one that fails. */
  constructor(start: () => Worker, report: (error: unknown) => void) {
    this.#start = start;
    this.#report = report;
  }

  /** Starts it, so that the first call need not wait for it. */
  warm(): void {
    this.#running ??= this.#run();
  }

  /** Gives what the method of this name gives; `left` tells the thread that nobody waits any more. */
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

  /** Ends it. What is still in work is refused. */
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
      // Its updates may be with the writer already.
      for (const { reject } of running.waiting.values()) reject(new UnavailableError('OUTCOME_UNKNOWN'));
    });
    return running;
  }
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}

/** Ends a thread that has work and has said nothing for long. */
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
