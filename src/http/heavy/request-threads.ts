/** The request threads, and the lanes in which suppliers take turns to use them. */
import type { Worker } from 'node:worker_threads';
import { FairTurns, type TurnLimits } from '../fair/fair-turns.ts';
import type { ExportPart, HeavyAnswer, HeavyWork, Lane, LivePage } from './heavy-request.ts';
import { RequestThread } from './request-thread.ts';

/** Names of the threads. Calls that write have a thread of their own, so that lists do not wait for them. */
export type ThreadName = 'lists' | 'bulk';
const threadOf: Record<Lane, ThreadName> = { lists: 'lists', calls: 'bulk', bulk: 'bulk' };

/**
 * Most requests of a lane in work, and most that wait. Lists share their thread at every slice of their reads. Many short calls run at
 * once, because they mostly wait for commits. Few long calls do, because each takes much memory.
 */
const turnLimits: Record<Lane, TurnLimits> = {
  lists: { running: 8, waiting: 1_000 },
  calls: { running: 64, waiting: 1_000 },
  bulk: { running: 2, waiting: 200 },
};

/** Heavy work on the two request threads of this process. */
export interface RequestThreads extends HeavyWork {
  /** Starts the thread for lists, so that the first list does not wait for it. The bulk thread starts on use: many gateways never need its memory. */
  warm(): void;
  /** Ends both threads. Their open calls throw `OUTCOME_UNKNOWN`. */
  close(): Promise<void>;
}

/** Creates the threads, which start on first use. `start` starts the worker of this name. `report` gets the error of a worker that fails. */
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
      // The compiler does not know that the thread returns the result of the method that `name` names.
      return (await turns[lane].run(request.caller.supplierId, ask, left)) as HeavyAnswer;
    },
    async readPage(request, ended) {
      const ask = () => threads.lists.call({ name: 'readPage', request }, ended);
      // The compiler does not know that the thread returns the result of the method that `name` names.
      return (await turns.lists.run(request.subscription.caller.supplierId, ask, ended)) as LivePage;
    },
    async readExport(request, left) {
      const ask = () => threads.bulk.call({ name: 'readExport', request }, left);
      // The compiler does not know that the thread returns the result of the method that `name` names.
      return (await turns.bulk.run(request.supplierId, ask, left)) as ExportPart;
    },
    warm: () => threads.lists.warm(),
    close: async () => {
      await Promise.all(Object.values(threads).map((thread) => thread.close()));
    },
  };
}
