/** A client that keeps updating one SKU, for tests that do something to the store meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mutations } from './mutations.ts';
import { tokens, type Gateway } from './gateway.ts';

export interface BusyClient {
  /** Resolves once `count` more requests are answered. */
  answered(count: number): Promise<void>;
  /** Stops, and returns one result for each request in order: an outcome, a refusal's code, or a status other than 200. */
  stop(): Promise<string[]>;
}

/** Starts the client. `lanes` is the number of requests in flight at any time. */
export function startBusyClient(gateway: Gateway, skuId: string, lanes = 4): BusyClient {
  const outcomes: string[] = [];
  let going = true;
  let quantity = 0;
  const lane = async () => {
    while (going) {
      const input = { identifier: { skuId }, quantityInStock: ++quantity };
      const { status, body } = await gateway.graphql(mutations.update, { input }, tokens.full);
      const answer = body.data?.answer;
      // A request that is refused immediately does not yield to the event loop, so timers would never run.
      await nextTurn();
      outcomes.push(status === 200 ? (answer?.userErrors[0]?.code ?? answer?.outcome) : String(status));
    }
  };
  const running = Array.from({ length: lanes }, lane);
  return {
    answered: async (count) => {
      const target = outcomes.length + count;
      while (outcomes.length < target) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    stop: async () => {
      going = false;
      await Promise.all(running);
      return outcomes;
    },
  };
}
