/** The request threads, and the lanes in which suppliers take turns at their work. */
import type { Worker } from 'node:worker_threads';
import { FairTurns, type TurnLimits } from '../fair/fair-turns.ts';
import type { HeavyAnswer, HeavyWork, Lane, LivePage } from './heavy-request.ts';
import { RequestThread } from './request-thread.ts';

/** Bulk calls have a thread of their own, be they short or long. */
export type ThreadName = 'lists' | 'bulk';
const threadOf: Record<Lane, ThreadName> = { lists: 'lists', calls: 'bulk', bulk: 'bulk' };

/**
 * Requests of a lane in work, and that wait, at most. Lists take turns at every pause of their reads. Short calls wait for
 * commits; long ones take much memory.
 */
const turnLimits: Record<Lane, TurnLimits> = {
  lists: { running: 8, waiting: 1_000 },
  calls: { running: 64, waiting: 1_000 },
  bulk: { running: 2, waiting: 200 },
};

export interface RequestThreads extends HeavyWork {
  /** Starts the thread for lists, so that the first one need not wait for it. That for bulk calls costs memory that many gateways never need. */
  warm(): void;
  /** Ends them. What is still in work is refused. */
  close(): Promise<void>;
}

/** `start` starts a worker; `report` is told of one that fails. */
export function createRequestThreads(
  start: (thread: ThreadName) => Worker,
  report: (error: unknown) => void,
): RequestThreads {
  const open = (name: ThreadName) => new RequestThread(() => start(name), report);
  const threads: Record<ThreadName, RequestThread> = { lists: open('lists'), bulk: open('bulk') };
  const turns: Record<Lane, FairTurns> = {
    lists: new FairTurns(turnLimits.lists),
    calls: new FairTurns(turnLimits.calls),
    bulk: new FairTurns(turnLimits.bulk),
  };
  return {
    async answer(request, left, lane) {
      const ask = () => threads[threadOf[lane]].call({ name: 'answer', request }, left);
      // The thread gives what the method of this name gives.
      return (await turns[lane].run(request.caller.supplierId, ask, left)) as HeavyAnswer;
    },
    async readPage(request, ended) {
      const ask = () => threads.lists.call({ name: 'readPage', request }, ended);
      // The thread gives what the method of this name gives.
      return (await turns.lists.run(request.subscription.caller.supplierId, ask, ended)) as LivePage;
    },
    warm: () => threads.lists.warm(),
    close: async () => {
      await Promise.all(Object.values(threads).map((thread) => thread.close()));
    },
  };
}
