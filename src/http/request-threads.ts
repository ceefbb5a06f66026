/** The request threads, seen from the thread of the connections: one for each lane, started again when it ends. */
import type { Worker } from 'node:worker_threads';
import { UnavailableError } from '../unavailable.ts';
import { FairTurns, type TurnLimits } from './fair-turns.ts';
import { lanes, type AnswerHeavy, type HeavyAnswer, type HeavyRequest, type Lane } from './heavy-request.ts';
import type { FromThread, ToThread } from './thread-messages.ts';

/** Requests that a thread has in work, and that wait for it, at most. They take turns at every pause of their reads. */
const turnLimits: Record<Lane, TurnLimits> = {
  lists: { running: 8, waiting: 1_000 },
  bulk: { running: 4, waiting: 200 },
};
/** How often a thread at work is asked for a sign of life, and after how many without one it is ended. */
const PING_MS = 1_000;
const MAX_MISSED_PINGS = 20;

export interface RequestThreads {
  readonly answerHeavy: AnswerHeavy;
  /** Starts the threads, so that the first request need not wait for them. */
  warm(): void;
  /** Ends them. What is still in work is refused. */
  close(): Promise<void>;
}

/** `start` starts a thread for the lane; `report` is told of one that ended by itself. */
export function createRequestThreads(
  start: (lane: Lane) => Worker,
  report: (error: unknown) => void,
): RequestThreads {
  const threads = Object.fromEntries(
    lanes.map((lane) => [lane, createThread(() => start(lane), report)]),
  ) as Record<Lane, Thread>; // Each lane has its thread.
  const turns = Object.fromEntries(lanes.map((lane) => [lane, new FairTurns(turnLimits[lane])])) as Record<
    Lane,
    FairTurns
  >; // Each lane has its turns.
  return {
    answerHeavy: (request, left, lane) =>
      turns[lane].run(request.caller.supplierId, () => threads[lane].answer(request, left), left),
    warm: () => lanes.forEach((lane) => threads[lane].warm()),
    close: async () => {
      await Promise.all(lanes.map((lane) => threads[lane].close()));
    },
  };
}

interface Thread {
  answer(request: HeavyRequest, left: AbortSignal): Promise<HeavyAnswer>;
  warm(): void;
  close(): Promise<void>;
}

/** A worker, and the requests that it has. */
interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<HeavyAnswer>>;
  readonly stopPinging: () => void;
}

function createThread(start: () => Worker, report: (error: unknown) => void): Thread {
  let current: Running | undefined;
  let lastId = 0;

  const run = (): Running => {
    const worker = start();
    const waiting = new Map<number, PromiseWithResolvers<HeavyAnswer>>();
    const pings = watchOver(worker, waiting);
    const running = { worker, waiting, stopPinging: pings.stop };
    worker.unref();
    worker.on('message', (message: FromThread) => {
      pings.heard();
      if (message.kind === 'pong') return;
      waiting.get(message.id)?.resolve(message.answer);
      waiting.delete(message.id);
    });
    worker.on('error', report);
    worker.once('exit', () => {
      pings.stop();
      if (current === running) current = undefined;
      // Its updates may be with the writer already.
      for (const { reject } of waiting.values()) reject(new UnavailableError('OUTCOME_UNKNOWN'));
    });
    return running;
  };
  return {
    async answer(request, left) {
      const { worker, waiting } = (current ??= run());
      const id = ++lastId;
      const answered = Promise.withResolvers<HeavyAnswer>();
      waiting.set(id, answered);
      send(worker, { kind: 'answer', id, request });
      const tell = () => send(worker, { kind: 'left', id });
      left.addEventListener('abort', tell, { once: true });
      try {
        return await answered.promise;
      } finally {
        left.removeEventListener('abort', tell);
      }
    },
    warm: () => void (current ??= run()),
    close: async () => {
      await current?.worker.terminate();
    },
  };
}

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message);
}

/** Ends a thread that has work and has said nothing for long. */
function watchOver(worker: Worker, waiting: ReadonlyMap<number, unknown>) {
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
