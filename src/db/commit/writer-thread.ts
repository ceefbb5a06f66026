/** The writer's thread: opens the store on connections of its own, and writes for all callers. */
import { isMainThread, MessagePort, parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import type { UpdateRequest } from '../../domain/update.ts';
import { openStore } from '../store/open-store.ts';
import { createReadiness } from './readiness.ts';
import type { WriterThreadData } from './start-writer.ts';
import { isSyncFailure } from '../driver/store-error.ts';
import { createWriteDesk } from './write-desk.ts';
import { answerCalls, type Caller, type WriterCalls } from './writer-callers.ts';
import { toErrorDetails } from './writer-messages.ts';
import { createWriter, stopOnDiskFailure } from './writer.ts';

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
const control = parentPort;
// Given by startWriter.
const { url, ...options } = workerData as WriterThreadData;
const store = await openStore(url, options);
// createWriter waits for other processes without blocking this thread.
if (store.kind === 'sqlite') await sql`pragma busy_timeout = 0`.execute(store.db);

const callers = new Map<MessagePort, Caller>();
/** The caller that started the thread is told of everybody's commits. */
let starter: Caller | undefined;
let now = '';

const writer = stopOnDiskFailure(createWriter(store), (failure) =>
  starter?.tell({ ended: toErrorDetails(failure) }),
);
void store.log?.failed.then((failure) => writer.note(failure));
const readiness = createReadiness(store, (error) => {
  if (isSyncFailure(error)) writer.note(error);
});
const commit = (requests: readonly UpdateRequest[]) => {
  store.log?.share(desk.isShared());
  return writer.commit(requests, now);
};
const desk = createWriteDesk(store.kind, commit, [
  readiness,
  {
    committed: (committed) => starter?.tell({ committed, isBehind: desk.backlog().requests > 0 }),
    failed: (error) => starter?.tell({ failed: toErrorDetails(error) }),
  },
]);
const calls: WriterCalls = {
  update: desk.update,
  purgeKeys: writer.purgeKeys,
  probe: readiness.check,
  backlog: desk.backlog,
};

control.postMessage('started');
control.on('message', (message: MessagePort | 'close') => {
  if (message === 'close') return void close();
  const caller = answerCalls(message, calls, (time) => (now = time));
  starter ??= caller;
  callers.set(message, caller);
  message.on('close', () => callers.delete(message));
});

/** Once everything is answered. With its ports closed the thread ends. */
async function close(): Promise<void> {
  await desk.idle();
  for (const caller of callers.values()) caller.flush();
  await store.close();
  for (const port of callers.keys()) port.close();
  control.close();
}
