/** Follows the inventory live, across lost connections and restarts: `node examples/follow.ts [CURSOR]`, until Ctrl-C. */
// In a program of your own: from '@stockgate/client'.
import { createClient } from '../packages/client/src/client.ts';

const client = createClient({
  url: process.env['URL'] ?? 'http://127.0.0.1:4000',
  token: process.env['TOKEN'] ?? '1083e3ec5c40b36fd663ba925bc8d864061463e2',
});

const changes = client.live({
  // A dashboard keeps the cursor with what it made of the changes, and starts from there the next time.
  after: process.argv[2],
  onStatus: (status) => {
    if (status.state === 'live') console.log(`Following what comes after ${status.cursor}`);
    else console.log(`${status.error.message} Next try in ${Math.round(status.retryInMs)} ms.`);
  },
});
for await (const { cursor, change } of changes) {
  const { skuId, version, source, actor, after, delta } = change;
  console.log(`${cursor}  ${skuId} v${version}  ${after.quantityInStock} in stock`, delta, source, actor);
}
