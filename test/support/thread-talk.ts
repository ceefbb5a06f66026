/** What tests and the threads that they start say to each other. */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

/** Starts a program of test/fixtures in a thread of its own; `data` is its workerData. */
export function startThread(name: string, data: object): Worker {
  return new Worker(new URL(`../fixtures/${name}.ts`, import.meta.url), { workerData: data, execArgv: [] });
}

/** In the thread: says that it is ready, and waits until it is told to go on. */
export async function untilTold(): Promise<void> {
  const port = portToParent();
  port.postMessage('ready');
  await once(port, 'message');
}

/** In the thread: sends its result, and lets the thread end. */
export function report(result: unknown): void {
  const port = portToParent();
  port.postMessage(result);
  port.close();
}

function portToParent() {
  if (!parentPort) throw new Error('This is no thread.');
  return parentPort;
}
