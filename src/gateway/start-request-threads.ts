/** Starts the request threads of a gateway. */
import { Worker, type MessagePort } from 'node:worker_threads';
import type { OpenInventory } from '../db/inventory.ts';
import { createRequestThreads, type RequestThreads, type ThreadName } from '../http/heavy/request-threads.ts';

/** What a request thread is started with. */
export interface RequestThreadData {
  readonly url: string;
  readonly writer: MessagePort;
  readonly queryTimeoutMs: number;
}

/** Memory of a thread's heap at most, in MiB: one that needs more ends by itself, and the gateway goes on. */
const MAX_HEAP_MIB: Record<ThreadName, number> = { lists: 128, bulk: 256 };

/** Of that, for new objects, in MiB: the command line's setting is for the thread of the connections, which makes most of them. */
const MAX_YOUNG_MIB = 16;

/** For the store at this URL, whose migrations are done. `report` is told of a thread that fails; it starts anew with the next request. */
export function startRequestThreads(
  url: string,
  inventory: OpenInventory,
  queryTimeoutMs: number,
  report: (error: unknown) => void,
): RequestThreads {
  return createRequestThreads((thread) => {
    const writer = inventory.connect();
    const data: RequestThreadData = { url, writer, queryTimeoutMs };
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
