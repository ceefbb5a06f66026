/** Group commit: what waits shares a transaction, is answered only once that is on disk, and fails alone. */
import { describe, expect, test } from 'vitest';
import { createWriteQueue } from '../../src/db/queue/commit-queue.ts';
import { indices } from '../support/range.ts';

const answerTo = (job: unknown) => `answer to ${String(job)}`;
const turns = async (count: number) => {
  for (const _ of indices(count)) await new Promise((resolve) => setImmediate(resolve));
};

/** A queue of numbers or words, and what it committed. A job named `bad` cannot be committed. */
function openQueue<Job>(commit = (jobs: readonly Job[]) => Promise.resolve(jobs.map(answerTo))) {
  const tried: (readonly Job[])[] = [];
  const committed: Job[] = [];
  const queue = createWriteQueue<Job, string>(async (jobs) => {
    tried.push(jobs);
    const answers = await commit(jobs);
    committed.push(...jobs);
    return answers;
  });
  return { ...queue, tried, committed };
}

const failure = new Error('This job cannot be committed.');
const refuseBad = (jobs: readonly string[]) =>
  jobs.some((job) => job.startsWith('bad')) ? Promise.reject(failure) : Promise.resolve(jobs.map(answerTo));

describe('what waits shares commits', () => {
  test('beside another line a large job has a commit of its own, and a job that stands apart always has', async () => {
    const queue = openQueue<string>();
    const submitted = [
      queue.submit('small', 1, 'acme'),
      queue.submit('large', 30, 'rival'),
      queue.submit('small too', 1, 'acme'),
    ];
    await Promise.all(submitted);
    expect(queue.tried).toEqual([['small', 'small too'], ['large']]);
    const alone = openQueue<string>();
    await Promise.all(['one', 'two'].map((job) => alone.submit(job, 1, 'acme', true)));
    expect(alone.tried).toEqual([['one'], ['two']]);
  });

  test('64 jobs submitted at once are one commit, in order, each with its own answer', async () => {
    const queue = openQueue<number>();
    const answers = await Promise.all(indices(64).map((job) => queue.submit(job, 1, 'acme')));
    expect(answers).toEqual(indices(64).map(answerTo));
    expect(queue.tried).toEqual([indices(64)]);
  });

  test('64 jobs that come over several turns of the event loop need a few commits', async () => {
    const queue = openQueue<number>(async (jobs) => {
      await turns(10);
      return jobs.map(answerTo);
    });
    const submitted: Promise<string>[] = [];
    for (const job of indices(64)) {
      submitted.push(queue.submit(job, 1, 'acme'));
      if (job % 8 === 7) await turns(1);
    }
    expect(await Promise.all(submitted)).toEqual(indices(64).map(answerTo));
    expect(queue.tried.flat()).toEqual(indices(64));
    expect(queue.tried.length).toBeLessThanOrEqual(3);
  });

  test('one commit runs at a time', async () => {
    let running = 0;
    const queue = openQueue<number>(async (jobs) => {
      expect(++running).toBe(1);
      await turns(2);
      running--;
      return jobs.map(answerTo);
    });
    const submitted: Promise<string>[] = [];
    for (const job of indices(20)) {
      submitted.push(queue.submit(job, 600, 'acme'));
      await turns(1);
    }
    await Promise.all(submitted);
    expect(queue.committed).toEqual(indices(20));
  });

  test('two run at a time where two may, and what waits begins before the answers of the one that is done', async () => {
    const gates = indices(3).map(() => Promise.withResolvers<undefined>());
    const begun: string[][] = [];
    const order: string[] = [];
    const queue = createWriteQueue<string, string>(
      async (jobs) => {
        order.push(`begin ${jobs.join()}`);
        begun.push([...jobs]);
        await gates[begun.length - 1]?.promise;
        return jobs.map(answerTo);
      },
      { maxRunning: 2 },
    );
    const submit = async (job: string) => order.push(await queue.submit(job, 1, 'acme'));
    const submitted = [];
    for (const job of ['a', 'b', 'c', 'd']) {
      submitted.push(submit(job));
      await turns(2);
    }
    expect(begun).toEqual([['a'], ['b']]);
    gates[0]?.resolve(undefined);
    await submitted[0];
    expect(order).toEqual(['begin a', 'begin b', 'begin c,d', answerTo('a')]);
    for (const gate of gates) gate.resolve(undefined);
    await Promise.all(submitted);
    await queue.idle();
    expect(begun).toEqual([['a'], ['b'], ['c', 'd']]);
  });

  test('while it rests one runs at a time, and who was just answered shares the next with those who waited', async () => {
    const gate = Promise.withResolvers<undefined>();
    const begun: string[][] = [];
    const queue = createWriteQueue<string, string>(
      async (jobs) => {
        begun.push([...jobs]);
        if (begun.length === 1) await gate.promise;
        return jobs.map(answerTo);
      },
      { maxRunning: 2, restMs: () => 5 },
    );
    const first = queue.submit('a', 1, 'acme').then(() => queue.submit('d', 1, 'acme'));
    await turns(3);
    const waiting = ['b', 'c'].map((job) => queue.submit(job, 1, 'acme'));
    await turns(3);
    expect(begun).toEqual([['a']]);
    gate.resolve(undefined);
    await Promise.all([first, ...waiting]);
    await queue.idle();
    expect(begun).toEqual([['a'], ['b', 'c', 'd']]);
  });

  test('one caller that waits for each answer never waits for a rest', async () => {
    const queue = createWriteQueue<number, string>((jobs) => Promise.resolve(jobs.map(answerTo)), {
      restMs: () => 2 ** 30,
    });
    for (const job of indices(3)) expect(await queue.submit(job, 1, 'acme')).toBe(answerTo(job));
  });

  test('a queue that came to rest takes up again', async () => {
    const queue = openQueue<number>();
    for (const job of indices(3)) expect(await queue.submit(job, 1, 'acme')).toBe(answerTo(job));
    await turns(3);
    expect(await queue.submit(3, 1, 'acme')).toBe(answerTo(3));
    expect(queue.tried).toEqual([[0], [1], [2], [3]]);
  });
});

describe('a commit is bounded in rows', () => {
  test.each([
    ['a thousand jobs of one row fit', indices(1000).map(() => 1), [1000]],
    ['the one after waits for the next', indices(1001).map(() => 1), [1000, 1]],
    ['jobs are never split', [400, 400, 400, 400, 400], [2, 2, 1]],
    ['a larger job is committed alone', [1, 5000, 1, 1], [1, 1, 2]],
    ['also when it comes first', [1001, 1], [1, 1]],
    ['jobs without rows take no room', [0, 1000, 0, 0], [4]],
  ])('%s', async (_what, rows, sizes) => {
    const queue = openQueue<number>();
    const answers = await Promise.all(rows.map((count, job) => queue.submit(job, count, 'acme')));
    expect(answers).toEqual(indices(rows.length).map(answerTo));
    expect(queue.tried.map((jobs) => jobs.length)).toEqual(sizes);
    expect(queue.committed).toEqual(indices(rows.length));
  });
});

describe('nothing is answered before its commit', () => {
  test('an answer waits for the commit it is part of', async () => {
    const commit = Promise.withResolvers<undefined>();
    const queue = openQueue<number>(async (jobs) => {
      await commit.promise;
      return jobs.map(answerTo);
    });
    const answered: string[] = [];
    const submitted = indices(3).map(async (job) => answered.push(await queue.submit(job, 1, 'acme')));
    await turns(20);
    expect(queue.tried).toEqual([indices(3)]);
    expect(answered).toEqual([]);
    commit.resolve(undefined);
    await Promise.all(submitted);
    expect(answered).toEqual(indices(3).map(answerTo));
  });

  test('a job that comes during a commit is not in it, and is answered after the next', async () => {
    const commits = indices(2).map(() => Promise.withResolvers<undefined>());
    const queue = openQueue<string>(async (jobs) => {
      await commits[queue.tried.length - 1]?.promise;
      return jobs.map(answerTo);
    });
    const answered: string[] = [];
    const first = queue.submit('first', 1, 'acme').then((answer) => answered.push(answer));
    await turns(3);
    const second = queue.submit('second', 1, 'acme').then((answer) => answered.push(answer));
    commits[0]?.resolve(undefined);
    await first;
    await turns(5);
    expect(queue.tried).toEqual([['first'], ['second']]);
    expect(answered).toEqual([answerTo('first')]);
    commits[1]?.resolve(undefined);
    await second;
    expect(answered).toEqual([answerTo('first'), answerTo('second')]);
  });
});

describe('a job that cannot be committed does not take its neighbours along', () => {
  test.each([
    ['first', ['bad', 'a', 'b']],
    ['in the middle', ['a', 'bad', 'b', 'c']],
    ['last', ['a', 'b', 'bad']],
    ['alone', ['bad']],
    ['twice', ['a', 'bad 1', 'b', 'bad 2', 'c']],
  ])('%s: it gets its error, the others are committed once, in order', async (_where, jobs) => {
    const queue = openQueue<string>(refuseBad);
    const settled = await Promise.allSettled(jobs.map((job) => queue.submit(job, 1, 'acme')));
    expect(settled).toEqual(
      jobs.map((job) =>
        job.startsWith('bad')
          ? { status: 'rejected', reason: failure }
          : { status: 'fulfilled', value: answerTo(job) },
      ),
    );
    expect(queue.committed).toEqual(jobs.filter((job) => !job.startsWith('bad')));
  });

  test('those that come while its batch is tried again keep their place behind it', async () => {
    const queue = openQueue<string>(async (jobs) => {
      await turns(2);
      return refuseBad(jobs);
    });
    const early = ['a', 'bad', 'b'].map((job) => queue.submit(job, 1, 'acme'));
    await turns(4);
    const late = ['c', 'd'].map((job) => queue.submit(job, 1, 'acme'));
    await Promise.allSettled([...early, ...late]);
    expect(queue.committed).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the queue goes on after it', async () => {
    const queue = openQueue<string>(refuseBad);
    await expect(queue.submit('bad', 1, 'acme')).rejects.toBe(failure);
    expect(await queue.submit('a', 1, 'acme')).toBe(answerTo('a'));
  });

  test('a commit that throws at once is no different', async () => {
    const queue = createWriteQueue<string, string>((jobs) => {
      if (jobs.includes('bad')) throw failure;
      return Promise.resolve(jobs.map(answerTo));
    });
    const settled = await Promise.allSettled(['a', 'bad'].map((job) => queue.submit(job, 1, 'acme')));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('a job that a commit leaves unanswered is an error, not a wait without end', async () => {
    const queue = openQueue<string>((jobs) => Promise.resolve(jobs.slice(1).map(answerTo)));
    const settled = await Promise.allSettled(['a', 'b'].map((job) => queue.submit(job, 1, 'acme')));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('idle', () => {
  test('resolves at once where nothing was submitted', async () => {
    await expect(openQueue().idle()).resolves.toBeUndefined();
  });

  test('resolves only when everything is answered, also what came meanwhile and what failed', async () => {
    const queue = openQueue<string>(async (jobs) => {
      await turns(3);
      return refuseBad(jobs);
    });
    let answered = 0;
    const submit = (job: string, rows: number) => {
      const count = () => answered++;
      queue.submit(job, rows, 'acme').then(count, count);
    };
    for (const job of ['a', 'b', 'bad']) submit(job, 600);
    const idle = queue.idle();
    await turns(2);
    submit('c', 1);
    await idle;
    expect(answered).toBe(4);
    await queue.idle();
  });
});
