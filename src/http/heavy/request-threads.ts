/** The request threads, and the lanes in which suppliers take turns to use them. */
import type { Worker } from 'node:worker_threads';
import { FairTurns, type TurnLimits } from '../fair/fair-turns.ts';
import type { HeavyWork, Lane } from './heavy-request.ts';
import { RequestThread } from './request-thread.ts';
import { toHeavyWork } from './thread-calls.ts';
import type { ThreadCall } from './thread-messages.ts';

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
  const runIn = (lane: Lane, supplierId: string, call: ThreadCall, left: AbortSignal) =>
    turns[lane].run(supplierId, () => threads[threadOf[lane]].call(call, left), left);
  const work = toHeavyWork((call, left) => {
    switch (call.name) {
      case 'answer':
        return runIn(call.lane, call.request.caller.supplierId, call, left);
      case 'readPage':
        return runIn('lists', call.request.subscription.caller.supplierId, call, left);
      case 'readExport':
        return runIn('bulk', call.request.supplierId, call, left);
    }
  });
  return {
    ...work,
    warm: () => threads.lists.warm(),
    close: async () => {
      await Promise.all(Object.values(threads).map((thread) => thread.close()));
    },
  };
}
