/** Two people edit one SKU. Who comes second sees what the first one did, and decides again. */
// In a program of your own: from '@stockgate/client'.
import { createClient, type Sku } from '../packages/client/src/client.ts';

const client = createClient({
  url: process.env['URL'] ?? 'http://127.0.0.1:4000',
  token: process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2',
});

/** Orders by how much is in stock; decides again for as long as somebody else is quicker. */
async function reorder(seen: Sku): Promise<Sku> {
  const quantityOnBackorder = seen.quantityInStock < 10 ? 20 : 5;
  console.log(`${seen.quantityInStock} in stock at version ${seen.version}: order ${quantityOnBackorder}`);
  const result = await client.update({
    identifier: { skuId: seen.skuId },
    quantityOnBackorder,
    expected: { version: seen.version },
  });
  if (result.ok) return result.sku;
  const { error } = result;
  if (error.code !== 'PRECONDITION_FAILED') throw new Error(error.message);
  // The refusal holds the SKU as it is: nothing has to be read again.
  console.log(`${error.message} It was ${error.lastChange?.actor}.`);
  return reorder(error.current);
}

const sku = await client.sku({ skuId: 'jane-eyre-new' });
if (!sku) throw new Error('There is no such SKU.');

// Meanwhile, somebody else: a copy comes back from a customer.
await client.adjust({ identifier: { skuId: sku.skuId }, quantityInStockDelta: 1, reason: 'returned' });

const { quantityOnBackorder, version } = await reorder(sku);
console.log(`${quantityOnBackorder} on backorder at version ${version}`);
