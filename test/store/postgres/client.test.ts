/** What travels to PostgreSQL together, and what is known when it fails. */
import { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';
import { beforeEach, expect, test, vi } from 'vitest';
import { THEN_COMMIT, WITH_NEXT } from '../../../src/db/driver/postgres/pipeline.ts';
import {
  createNames,
  toKyselyClient,
  type ClientOptions,
} from '../../../src/db/driver/postgres/postgres-client.ts';
import { UnavailableError } from '../../../src/domain/unavailable.ts';

/** A connection whose answers the test gives; `sent` is what went to the server. */
class FakeConnection extends EventEmitter {
  sent: string[] = [];
  /** The statements that were written to the network together. */
  packets: string[][] = [];
  #held: string[] | undefined;
  readonly connection = {
    stream: {
      cork: () => (this.#held = []),
      uncork: () => {
        if (this.#held) this.packets.push(this.#held);
        this.#held = undefined;
      },
    },
  };
  released: unknown[] = [];
  readonly answers = new Map<string, PromiseWithResolvers<unknown>>();

  query({ text }: { text: string }): Promise<unknown> {
    this.sent.push(text);
    if (this.#held) this.#held.push(text);
    else this.packets.push([text]);
    return this.answer(text).promise;
  }
  answer(text: string): PromiseWithResolvers<unknown> {
    const known = this.answers.get(text) ?? Promise.withResolvers<unknown>();
    this.answers.set(text, known);
    return known;
  }
  succeed(...texts: string[]): void {
    for (const text of texts) this.answer(text).resolve({ command: text.toUpperCase(), rows: [] });
  }
  release(destroy: unknown): void {
    this.released.push(destroy);
  }
}

const fromServer = (code: string) => Object.assign(new Error('The server refuses.'), { code });
const lost = () => new Error('Connection terminated unexpectedly');
const LOCK = `${WITH_NEXT}lock`;
const SAVE = `${THEN_COMMIT}save`;

let connection: FakeConnection;
let client: ReturnType<typeof open>;
let isCurrent = true;
beforeEach(() => {
  isCurrent = true;
  connection = new FakeConnection();
  client = open(true);
});

function open(pipeline: boolean, slowCommit?: ClientOptions['slowCommit']) {
  // Only what FakeConnection has is used of it.
  const pooled = connection as unknown as PoolClient;
  const release = (isBroken: boolean) => pooled.release(isBroken);
  return toKyselyClient(
    { client: pooled, isCurrent: () => isCurrent, release },
    {
      nameOf: () => undefined,
      answerTimeoutMs: 0,
      pipeline,
      canceled: 'STORE_UNAVAILABLE',
      slowCommit,
    },
  );
}

test('a statement that commits itself is watched like a COMMIT, and one within a transaction is not', async () => {
  const act = vi.fn<() => void>();
  client = open(true, { afterMs: 1, act });
  const alone = client.query('update', []);
  await vi.waitFor(() => expect(act.mock.calls.length).toBeGreaterThan(1), { timeout: 20_000 });
  connection.emit('notice', { code: '01000', message: 'canceling wait for synchronous replication' });
  connection.succeed('update');
  await expect(alone).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  await client.query('begin', []);
  const within = client.query('insert', []);
  act.mockClear();
  await new Promise((resolve) => setTimeout(resolve, 5));
  connection.succeed('begin', 'insert');
  await within;
  expect(act).not.toHaveBeenCalled();
});

test('what is written together is written no later than the next statement, or the end', async () => {
  await client.query('begin', []);
  expect(connection.packets).toEqual([]);
  const read = client.query('select', []);
  expect(connection.packets).toEqual([['begin', 'select']]);
  connection.succeed('begin', 'select');
  await read;
  await client.query(LOCK, []);
  client.release();
  expect(connection.packets).toEqual([['begin', 'select'], [LOCK]]);
});

test('locks, the last statement and the commit are on their way before the first is answered', async () => {
  await client.query('begin', []);
  await client.query(LOCK, []);
  const saved = client.query(SAVE, []);
  expect(connection.sent).toEqual(['begin', LOCK, SAVE, 'commit']);
  expect(connection.packets).toEqual([connection.sent]);
  connection.succeed('begin', LOCK, SAVE, 'commit');
  await saved;
  await expect(client.query('commit', [])).resolves.toMatchObject({ command: 'COMMIT' });
  expect(connection.sent).toHaveLength(4);
});

test('on other connections each statement waits for its answer, and a mark means nothing', async () => {
  client = open(false);
  void client.query(LOCK, []);
  const saved = client.query(SAVE, []);
  connection.succeed(LOCK, SAVE);
  await saved;
  expect(connection.sent).toEqual([LOCK, SAVE]);
});

test('the error of a statement that went ahead is the one that counts', async () => {
  await client.query('begin', []);
  await client.query(LOCK, []);
  const saved = client.query(SAVE, []);
  connection.succeed('begin', 'commit');
  connection.answer(LOCK).reject(fromServer('40P01'));
  connection.answer(SAVE).reject(fromServer('25P02'));
  await expect(saved).rejects.toMatchObject({ code: '40P01' });
  // The server has rolled back when it was asked to commit.
  await client.query('rollback', []);
  expect(connection.sent).not.toContain('rollback');
});

test.each([
  ['the connection is lost', () => [lost(), lost()]],
  ['the statement is answered, and the commit is not', () => [null, lost()]],
  ['the server ends while it commits', () => [null, fromServer('57P01')]],
])('nobody claims to know the outcome when %s', async (_when, outcomes) => {
  const [ofSave, ofCommit] = outcomes();
  const saved = client.query(SAVE, []);
  if (ofSave) connection.answer(SAVE).reject(ofSave);
  else connection.succeed(SAVE);
  connection.answer('commit').reject(ofCommit);
  await expect(saved).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  client.release();
  expect(connection.released).toEqual([true]);
});

test.each([
  ['a conflict', '40001', false],
  ['a disk that is full', '53100', true],
])('%s that the server tells of is no unknown outcome', async (_what, code, isTrouble) => {
  const saved = client.query(SAVE, []);
  connection.answer(SAVE).reject(fromServer(code));
  connection.succeed('commit');
  await expect(saved).rejects.toMatchObject({ code: isTrouble ? 'STORE_UNAVAILABLE' : code });
});

test('a commit that no longer waits for its standby is not taken for one that is safe', async () => {
  const saved = client.query(SAVE, []);
  connection.emit('notice', { code: '01000', message: 'canceling wait for synchronous replication' });
  connection.succeed(SAVE, 'commit');
  await expect(saved).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
});

test('nothing that a replaced server answers is believed', async () => {
  const read = client.query('select', []);
  isCurrent = false;
  connection.succeed('select');
  await expect(read).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const saved = client.query(SAVE, []);
  connection.succeed(SAVE, 'commit');
  await expect(saved).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  client.release();
  expect(connection.released).toEqual([true]);
});

test('nothing can follow a statement that was sent with the commit', async () => {
  const saved = client.query(SAVE, []);
  connection.succeed(SAVE, 'commit');
  await saved;
  await expect(client.query('update more', [])).rejects.toThrow('The transaction is over');
});

test('a statement that the server cancelled leaves the connection good', async () => {
  const read = client.query('slow', []);
  connection.answer('slow').reject(fromServer('57014'));
  await expect(read).rejects.toBeInstanceOf(UnavailableError);
  client.release(false);
  expect(connection.released).toEqual([false]);
});

test('a statement has the same name in every process, short enough for PostgreSQL', () => {
  const [here, there] = [createNames(2), createNames(2)];
  here('select 1');
  expect(here('select 2')).toBe(there('select 2'));
  expect(here('select 2')).not.toBe(here('select 1'));
  expect(here('select 2')?.length).toBeLessThan(64);
  expect(here('one more than is kept')).toBeUndefined();
});
