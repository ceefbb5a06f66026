/** Starts the request threads of a gateway. */
import { Worker, type MessagePort } from 'node:worker_threads';
import type { OpenInventory } from '../db/inventory.ts';
import type { WebhookSettings } from '../db/webhook/webhooks.ts';
import { createRequestThreads, type RequestThreads, type ThreadName } from '../http/heavy/request-threads.ts';

/** The data that a request thread starts with. */
export interface RequestThreadData {
  readonly url: string;
  readonly writer: MessagePort;
  readonly queryTimeoutMs: number;
  readonly webhooks: WebhookSettings | undefined;
}

/** Largest heap of a thread, in MiB. A thread that needs more ends, and the gateway goes on. */
const MAX_HEAP_MIB: Record<ThreadName, number> = { lists: 128, bulk: 256 };

/** The part of it for new objects, in MiB. The command line's setting is meant for the thread of the connections. */
const MAX_YOUNG_MIB = 16;

/** Starts threads for the store at this URL, which is migrated. `report` gets the error of a thread that fails. It starts again with the next request. */
export function startRequestThreads(
  url: string,
  inventory: OpenInventory,
  { queryTimeoutMs, webhooks }: Pick<RequestThreadData, 'queryTimeoutMs' | 'webhooks'>,
  report: (error: unknown) => void,
): RequestThreads {
  return createRequestThreads((thread) => {
    const writer = inventory.connect();
    const data: RequestThreadData = { url, writer, queryTimeoutMs, webhooks };
    return new Worker(new URL('request-thread-main.ts', import.meta.url), {
      workerData: data,
      transferList: [writer],
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_HEAP_MIB[thread],
        maxYoungGenerationSizeMb: MAX_YOUNG_MIB,
      },
    });
  }, report);
}
