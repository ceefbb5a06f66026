/** The thread of SQLite's writer: opens the store on a connection of its own, and answers one call after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { UnavailableError } from '../unavailable.ts';
import { openStore } from './open.ts';
import type { WriterCall, WriterOutcome } from './sqlite-writer.ts';
import { codeOf } from './store-error.ts';
import { createWriter } from './writer.ts';

if (typeof workerData !== 'string' || !parentPort) throw new Error('This file is a thread of its own.');
const port = parentPort;
const store = await openStore(workerData);
const writer = createWriter(store);

let last = Promise.resolve();
port.on('message', (text: string) => {
  last = take(last, text);
});

/** Answers the call once the one before it is answered. */
async function take(before: Promise<void>, text: string): Promise<void> {
  // Written by startSqliteWriter.
  const call = JSON.parse(text) as WriterCall;
  await before;
  port.postMessage(JSON.stringify(await answer(call)));
  if (call[0] === 'close') port.close();
}

async function answer(call: WriterCall): Promise<WriterOutcome> {
  try {
    return { value: await run(call) };
  } catch (error) {
    const unavailable = error instanceof UnavailableError ? error.code : null;
    const cause = error instanceof UnavailableError ? error.cause : error;
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return { error: { message, code: codeOf(cause), unavailable } };
  }
}

async function run(call: WriterCall): Promise<unknown> {
  switch (call[0]) {
    case 'commit':
      return writer.commit(call[1], call[2]);
    case 'purgeKeys':
      return writer.purgeKeys(call[1]);
    case 'close':
      await store.close();
      return null;
  }
}
