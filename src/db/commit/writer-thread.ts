/** The writer's thread: opens the store on connections of its own and writes for all callers. */
import { isMainThread, MessagePort, parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { openStore } from '../store/open-store.ts';
import { createReadiness } from './readiness.ts';
import type { WriterThreadData } from './start-writer.ts';
import { isSyncFailure } from '../driver/store-error.ts';
import { createWriteDesk, type Transactions } from './write-desk.ts';
import { answerCalls, type Caller, type WriterCalls } from './writer-callers.ts';
import { toErrorDetails } from './writer-messages.ts';
import { createWriter, stopOnDiskFailure } from './writer.ts';

/** SQLite's page cache, in KiB. Each page that an update reads from the file costs as much as the update's statements. */
const CACHE_KIB = 16_384;

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
const control = parentPort;
// Given by startWriter.
const { url, ...options } = workerData as WriterThreadData;
const store = await openStore(url, { ...options, cacheKib: CACHE_KIB });
// SQLite's own wait for other processes would block this thread. createWriter waits without blocking it.
if (store.kind === 'sqlite') await sql`pragma busy_timeout = 0`.execute(store.db);

const callers = new Map<MessagePort, Caller>();
/** The first caller, in the thread that started this one. It gets notes of all callers' commits. */
let starter: Caller | undefined;
/** Callers that are told of commits, beside the starter. */
const followers = new Set<Caller>();
/** The time of the last message of any caller (ISO 8601). */
let now = '';

const writer = stopOnDiskFailure(createWriter(store), (failure) =>
  starter?.tell({ ended: toErrorDetails(failure) }),
);
void store.log?.failed.then((failure) => writer.note(failure));
const readiness = createReadiness(store, (error) => {
  if (isSyncFailure(error)) writer.note(error);
});
const transactions: Transactions = {
  commit(requests) {
    store.log?.share(desk.isShared());
    return writer.commit(requests, now);
  },
  save(part) {
    store.log?.share(desk.isShared());
    return writer.save(part, now);
  },
};
const desk = createWriteDesk(store.kind, transactions, [
  readiness,
  {
    committed(committed) {
      starter?.tell({ committed, isBehind: desk.backlog().requests > 0 });
      const { positions, steps } = committed;
      store.noteCommit?.(steps);
      if (positions.length > 0) for (const follower of followers) follower.tell({ positions });
    },
    failed: (error) => starter?.tell({ failed: toErrorDetails(error) }),
  },
]);
const calls: Omit<WriterCalls, 'follow'> = {
  update: desk.update,
  save: desk.save,
  ownsClock: writer.ownsClock,
  purgeKeys: writer.purgeKeys,
  giveBack: writer.giveBack,
  prune: writer.prune,
  writeAccess: writer.writeAccess,
  writeWebhook: writer.writeWebhook,
  probe: readiness.check,
  backlog: desk.backlog,
};

control.postMessage('started');
control.on('message', (message: MessagePort | 'close') => {
  if (message === 'close') return void close();
  const follow = () => void followers.add(caller);
  const caller = answerCalls(message, { ...calls, follow }, (time) => (now = time));
  starter ??= caller;
  callers.set(message, caller);
  message.on('close', () => {
    callers.delete(message);
    followers.delete(caller);
  });
});

/** Answers everything, then closes the store and all ports. The thread ends when no port is open. */
async function close(): Promise<void> {
  await desk.idle();
  // Without it the next process waits some minutes.
  await writer.release().catch(() => undefined);
  for (const caller of callers.values()) caller.flush();
  await store.close();
  for (const port of callers.keys()) port.close();
  control.close();
}
