/** A sale counts once, even if its answer is lost and it is sent again. The client's idempotency keys see to that. */
// In a program of your own: from '@stockgate/client'.
import { createClient } from '../packages/client/src/client.ts';

/** As bad as a network gets: the first request arrives and is done, and its answer is lost. */
let isLost = false;
const unsteadyFetch: typeof fetch = async (...request) => {
  const response = await fetch(...request);
  if (isLost) return response;
  isLost = true;
  await response.body?.cancel();
  console.log('The answer is lost.');
  throw new TypeError('connection lost');
};

const client = createClient({
  url: process.env['URL'] ?? 'http://127.0.0.1:4000',
  token: process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2',
  fetch: unsteadyFetch,
});

const result = await client.adjust({
  identifier: { skuId: 'blocks-100' },
  quantityInStockDelta: -1,
  referenceDocumentUri: 'https://shop.example.com/orders/1001',
  // Only needed to be safe from a crash of this program too: keep it with the order until there is an answer.
  idempotencyKey: 'order-1001',
});
if (!result.ok) throw new Error(result.error.message);
console.log(`replayed: ${result.replayed}, changes of the SKU: ${result.sku.version}`);
