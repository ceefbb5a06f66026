/** A request thread that dies takes its own requests along and nobody else's: the next request starts it anew. */
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { RequestThread } from '../../src/http/heavy/request-thread.ts';
import type { Caller } from '../../src/domain/caller.ts';

const caller: Caller = {
  supplierId: 'acme',
  supplierName: 'acme',
  role: 'supplier',
  permissions: [],
  actor: 'test',
  expiresAt: null,
};
const never = new AbortController().signal;
const threads: RequestThread[] = [];
afterEach(() => Promise.all(threads.splice(0).map((thread) => thread.close())));

function openThread() {
  const faults: unknown[] = [];
  let starts = 0;
  const thread = new RequestThread(
    () => {
      starts += 1;
      return new Worker(new URL('../fixtures/odd-thread.ts', import.meta.url));
    },
    (error) => faults.push(error),
  );
  threads.push(thread);
  const ask = async (requestId: string, left = never) => {
    const headers = { ifMatch: undefined, idempotencyKey: undefined };
    const request = {
      door: 'legacy',
      requestId,
      caller,
      headers,
      body: Buffer.alloc(0),
      isTooDeep: false,
    } as const;
    const result = await thread.call({ name: 'answer', lane: 'calls', request }, left);
    return 'body' in result ? Buffer.from(result.body).toString() : '';
  };
  return { ask, faults, starts: () => starts };
}

test('it starts with the first request, and answers each by itself', async () => {
  const { ask, starts } = openThread();
  expect(starts()).toBe(0);
  expect(await Promise.all(['a', 'b', 'c'].map((id) => ask(id)))).toEqual(['a', 'b', 'c']);
  expect(starts()).toBe(1);
});

test('what it had in work when it died is refused, the reason is told, and the next request starts it anew', async () => {
  const { ask, faults, starts } = openThread();
  const silent = ask('silent');
  const ended = ask('end');
  await expect(silent).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  await expect(ended).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  expect(faults).toMatchObject([{ message: 'The thread ends.' }]);
  expect(await ask('again')).toBe('again');
  expect(starts()).toBe(2);
});
