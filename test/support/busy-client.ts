/** A client that keeps updating one SKU, for tests of what is done to the store meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mutations } from './mutations.ts';
import { tokens, type Gateway } from './gateway.ts';

export interface BusyClient {
  /** Resolves once so many more requests are answered. */
  answered(count: number): Promise<void>;
  /** Ends, and gives what became of each request, in order: an outcome, a refusal's code, or a status past 200. */
  stop(): Promise<string[]>;
}

/** Several requests are under way at any time. */
export function startBusyClient(gateway: Gateway, skuId: string, lanes = 4): BusyClient {
  const outcomes: string[] = [];
  let going = true;
  let quantity = 0;
  const lane = async () => {
    while (going) {
      const input = { identifier: { skuId }, quantityInStock: ++quantity };
      const { status, body } = await gateway.graphql(mutations.update, { input }, tokens.full);
      const answer = body.data?.answer;
      // Where a request is refused at once, nothing else would give timers a turn.
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
