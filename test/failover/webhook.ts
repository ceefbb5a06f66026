/** A webhook endpoint whose receiver accepts everything, and notes what it misses. */
import { openStore } from '../../src/db/store/open-store.ts';
import { createRandom } from '../crash/random.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { prepareEndpoint } from '../webhook/storm/storm-endpoint.ts';
import { openUnrulyReceiver } from '../webhook/storm/unruly-receiver.ts';
import { until } from './until.ts';

export interface RigWebhook {
  /** Flags of a gateway that can send to it. */
  readonly flags: readonly string[];
  /** What must not happen: a skipped position, another ID on a retry, two messages at a time. */
  readonly faults: readonly string[];
  /** Waits for the last change. Resolves to how many changes were not sent, if they never are. */
  untold(last: number): Promise<number>;
  close(): void;
}

/** The database must be seeded. */
export async function openWebhook(url: string): Promise<RigWebhook> {
  const folder = makeFolder();
  const endpoint = prepareEndpoint(folder.path);
  const receiver = await openUnrulyReceiver(endpoint.secret, createRandom(1), false);
  receiver.calmDown();
  const store = await openStore(url);
  await endpoint.add(store, receiver.url);
  await store.close();
  return {
    flags: endpoint.flags,
    faults: receiver.faults,
    async untold(last) {
      await until('the webhook endpoint is told of all', () => receiver.last() >= last).catch(
        () => undefined,
      );
      return last - receiver.last();
    },
    close() {
      receiver.close();
      folder.remove();
    },
  };
}
