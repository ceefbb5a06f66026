/** Follows the inventory live, across lost connections and restarts: `node examples/follow.ts [CURSOR]`, until Ctrl-C. */
import { createClient, NetworkError } from 'graphql-sse';
import { print } from 'graphql';
import type { ResultOf } from 'gql.tada';
import { graphql, headers, pause, url } from './gateway.ts';

const PAUSE_MS = 500;

const Follow = graphql(`
  subscription Follow($after: String) {
    inventoryChanged(after: $after) {
      cursor
      change {
        skuId
        version
        source
        actor
        delta {
          quantityInStock
          quantityOnBackorder
        }
        after {
          quantityInStock
          quantityOnBackorder
          restrictions
        }
      }
    }
  }
`);

// The client's own retries would subscribe from the old cursor again.
const client = createClient({ url, headers, retryAttempts: 0 });

/** Every change behind the cursor, then every new one, each once. Without a cursor: from now on. */
async function* follow(after: string | null) {
  for (;;) {
    try {
      const results = client.iterate<ResultOf<typeof Follow>>({
        query: print(Follow),
        variables: { after },
      });
      for await (const { data, errors } of results) {
        if (!data) throw new Error(errors?.[0]?.message ?? 'The event holds no data.');
        yield data.inventoryChanged;
        after = data.inventoryChanged.cursor;
      }
    } catch (error) {
      const isOver = !(error instanceof NetworkError) || (error.response?.status ?? 500) < 500;
      if (isOver) throw error;
    }
    console.log(`Cut off; going on after ${after ?? 'the next change'}.`);
    await pause(PAUSE_MS);
  }
}

// A dashboard keeps the cursor with what it made of the changes, and starts from there the next time.
for await (const { cursor, change } of follow(process.argv[2] ?? null)) {
  const { skuId, version, source, actor, after, delta } = change;
  console.log(`${cursor}  ${skuId} v${version}  ${after.quantityInStock} in stock`, delta, source, actor);
}
