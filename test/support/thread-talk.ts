/** Messages between a test and a thread that it starts. */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

/** Starts a program of test/fixtures in a new thread. `data` is its workerData. */
export function startThread(name: string, data: object): Worker {
  return new Worker(new URL(`../fixtures/${name}.ts`, import.meta.url), { workerData: data, execArgv: [] });
}

/** Call it in the thread. It posts `ready` and waits for any message from the test. */
export async function untilTold(): Promise<void> {
  const port = portToParent();
  port.postMessage('ready');
  await once(port, 'message');
}

/** Call it in the thread. It posts the result and lets the thread end. */
export function report(result: unknown): void {
  const port = portToParent();
  port.postMessage(result);
  port.close();
}

function portToParent() {
  if (!parentPort) throw new Error('This is no thread.');
  return parentPort;
}
