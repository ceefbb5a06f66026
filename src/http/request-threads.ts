/** The request threads: one for each lane, whose work suppliers take turns at. */
import type { Worker } from 'node:worker_threads';
import { FairTurns, type TurnLimits } from './fair-turns.ts';
import type { HeavyAnswer, HeavyWork, Lane, LivePage } from './heavy-request.ts';
import { RequestThread } from './request-thread.ts';

/** Requests that a thread has in work, and that wait for it, at most. They take turns at every pause of their reads. */
const turnLimits: Record<Lane, TurnLimits> = {
  lists: { running: 8, waiting: 1_000 },
  bulk: { running: 2, waiting: 200 },
};

export interface RequestThreads extends HeavyWork {
  /** Starts the thread for lists, so that the first one need not wait for it. That for bulk calls costs memory that many gateways never need. */
  warm(): void;
  /** Ends them. What is still in work is refused. */
  close(): Promise<void>;
}

/** `start` starts a worker for the lane; `report` is told of one that fails. */
export function createRequestThreads(
  start: (lane: Lane) => Worker,
  report: (error: unknown) => void,
): RequestThreads {
  const open = (lane: Lane) => ({
    thread: new RequestThread(() => start(lane), report),
    turns: new FairTurns(turnLimits[lane]),
  });
  const lanes: Record<Lane, ReturnType<typeof open>> = { lists: open('lists'), bulk: open('bulk') };
  const all = Object.values(lanes);
  return {
    async answer(request, left, lane) {
      const { thread, turns } = lanes[lane];
      const ask = () => thread.call({ name: 'answer', request }, left);
      // The thread gives what the method of this name gives.
      return (await turns.run(request.caller.supplierId, ask, left)) as HeavyAnswer;
    },
    async readPage(request, ended) {
      const { thread, turns } = lanes.lists;
      const ask = () => thread.call({ name: 'readPage', request }, ended);
      // The thread gives what the method of this name gives.
      return (await turns.run(request.subscription.caller.supplierId, ask, ended)) as LivePage;
    },
    warm: () => lanes.lists.thread.warm(),
    close: async () => {
      await Promise.all(all.map(({ thread }) => thread.close()));
    },
  };
}
