/** Sets many SKUs at once, lists what was refused, and takes everything back. */
// In a program of your own: from '@stockgate/client'.
import { createClient } from '../packages/client/src/client.ts';

const client = createClient({
  url: process.env['URL'] ?? 'http://127.0.0.1:4000',
  token: process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2',
});

// As many rows as you like: more than 10,000 are sent in parts.
const counted = [
  { identifier: { skuId: 'spinning-top' }, quantityInStock: 30 },
  { identifier: { upca: '400000200552' }, quantityInStock: 2 },
  { identifier: { skuId: 'no-such-sku' }, quantityInStock: 1 },
];
const { results, appliedCount, groupIds } = await client.bulk(counted, { reason: 'stock count' });
console.log(`${appliedCount} of ${results.length} applied`);
for (const row of results) if (!row.ok) console.log(`row ${row.index}: ${row.error.code}`);

for (const groupId of groupIds) {
  const undone = await client.undo({ groupId, reason: 'counted in the wrong room' });
  console.log(`${undone.appliedCount} taken back`);
}
