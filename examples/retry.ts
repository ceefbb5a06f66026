/** A sale must count once, even if its answer is lost and it is sent again. The idempotency key sees to that. */
import { GatewayError, graphql, pause, send } from './gateway.ts';

const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 200;

const Sell = graphql(`
  mutation Sell($skuId: String!, $order: String!, $key: String!) {
    adjustSkuInventory(
      input: {
        identifier: { skuId: $skuId }
        quantityInStockDelta: -1
        referenceDocumentUri: $order
        idempotencyKey: $key
      }
    ) {
      outcome
      replayed
      sku {
        quantityInStock
        version
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** Tries again when there was no answer, or the fault is the gateway's. All tries are one and the same attempt. */
async function untilAnswered<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MAX_TRIES || (error instanceof GatewayError && error.status < 500)) throw error;
      console.log(`Try ${tries} was not answered (${String(error)}); nobody knows whether it was done.`);
      await pause(FIRST_PAUSE_MS * 2 ** tries);
    }
  }
}

/** As bad as a network gets: the first request arrives and is done, and its answer is lost. */
let isCut = false;
const unsteadyFetch: typeof fetch = async (...request) => {
  const response = await fetch(...request);
  if (isCut) return response;
  isCut = true;
  await response.body?.cancel();
  throw new TypeError('connection lost');
};

// One key for one sale, made before the first try and kept with the order until there is an answer.
const key = crypto.randomUUID();
const order = 'https://shop.example.com/orders/1001';
const { adjustSkuInventory } = await untilAnswered(() =>
  send(Sell, { skuId: 'duck-1', order, key }, unsteadyFetch),
);
console.log(adjustSkuInventory);
