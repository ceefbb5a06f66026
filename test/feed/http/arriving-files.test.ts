/** Files on their way in: slow ones arrive, and what is too long, stalls, breaks off or fills the disk leaves nothing behind. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import type { Feeds, NewFeed, WholeFeed } from '../../../src/domain/feed.ts';
import type { FeedFiles } from '../../../src/http/feed/feed-files.ts';
import { openGateway, tokens, type Gateway } from '../../support/gateway.ts';
import { mountSmallDisk } from '../../support/machine/small-disk.ts';
import { range } from '../../support/range.ts';

const REQUEST_MS = 400;
const STALL_MS = 900;
const MAX_BYTES = 300_000;
const HEAD = `POST /feeds/inventory HTTP/1.1\r\nHost: a\r\nAuthorization: Token ${tokens.full}\r\nContent-Type: text/csv\r\n`;

/** Takes every feed, and runs none. */
function takeAll(): Feeds & { readonly taken: NewFeed[] } {
  const taken: NewFeed[] = [];
  return {
    taken,
    create: (feed) => {
      taken.push(feed);
      const nothing = { report: null, refusal: null, startedAt: null, finishedAt: null, problems: [] };
      const whole: WholeFeed = {
        ...feed,
        ...nothing,
        state: 'QUEUED',
        revision: 1,
        rowsRead: 0,
        rowsDone: 0,
      };
      return Promise.resolve({ outcome: 'CREATED', feed: whole });
    },
    find: () => Promise.resolve(null),
    findAll: () => Promise.resolve([]),
    list: () => Promise.resolve([]),
    untilPast: () => Promise.resolve(),
    isFull: () => Promise.resolve(false),
    describeAhead: () => null,
  };
}

interface Door {
  readonly gateway: Gateway;
  readonly feeds: ReturnType<typeof takeAll>;
  readonly port: number;
  readonly folder: string;
}

async function openDoor(folder: string, more: Partial<FeedFiles> = {}): Promise<Door> {
  const feeds = takeAll();
  const feedFiles = {
    feeds,
    folder,
    clock: () => new Date(),
    stallMs: STALL_MS,
    maxBytes: MAX_BYTES,
    ...more,
  };
  const timeouts = { headers: 150, request: REQUEST_MS, checkEvery: 50 };
  const gateway = await openGateway('sqlite', undefined, { feedFiles, timeouts });
  const origin = await gateway.listen();
  return { gateway, feeds, port: Number(new URL(origin).port), folder };
}

/** All that the gateway answers until the connection ends, or until it has been silent for a while. */
async function answerOn(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setTimeout(3_000, () => socket.destroy())) {
    text += String(chunk);
    if (/\r\n\r\n.*\}$/s.test(text)) socket.end();
  }
  return text;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('A file that arrives', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor(await mkdtemp(join(tmpdir(), 'feeds-')));
  });
  afterAll(async () => {
    await door.gateway.close();
    await rm(door.folder, { recursive: true });
  });
  const open = (text: string) => {
    const socket = connect(door.port, '127.0.0.1');
    socket.write(text);
    return socket;
  };
  const left = () => readdir(door.folder);

  test('slowly is taken, for longer than other requests may take', async () => {
    const pieces = range(10).map((n) => `row ${n},1\n`);
    const socket = open(`${HEAD}Content-Length: ${pieces.join('').length}\r\n\r\n`);
    const answer = answerOn(socket);
    for (const piece of pieces) {
      await pause(REQUEST_MS / 4);
      socket.write(piece);
    }
    expect(await answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(await left()).toEqual([`${door.feeds.taken.at(-1)?.feedId}.file`]);
    await rm(join(door.folder, (await left())[0] ?? ''));
    const other = open(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Token ${tokens.full}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(await answerOn(other)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test.each([
    ['stalls', `Content-Length: 1000\r\n\r\nsku_id`, 408, 'BODY_STALLED'],
    ['is declared too long', `Content-Length: ${2 ** 28 + 1}\r\n\r\nsku_id`, 413, 'BODY_TOO_LARGE'],
    [
      'comes in chunks and grows too long',
      `Transfer-Encoding: chunked\r\n\r\n${`10000\r\n${'a'.repeat(0x1_0000)}\r\n`.repeat(6)}`,
      ...([413, 'BODY_TOO_LARGE'] as const),
    ],
  ])('and %s is refused, and leaves nothing', async (_what, rest, status, code) => {
    const before = door.feeds.taken.length;
    const answer = await answerOn(open(HEAD + rest));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(code);
    expect(answer.toLowerCase()).toContain('connection: close');
    await expect.poll(left).toEqual([]);
    expect(door.feeds.taken).toHaveLength(before);
  });

  test('in broken chunks, or on a connection that ends, leaves nothing', async () => {
    open(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nsku_i\r\nno length\r\n`).on('error', () => undefined);
    const gone = open(`${HEAD}Content-Length: 1000\r\n\r\nsku_id`);
    await expect.poll(async () => (await left()).length).toBeGreaterThan(0);
    gone.destroy();
    await expect.poll(left).toEqual([]);
  });

  test('while others of the supplier do is refused past a number of them', async () => {
    const sockets = range(5).map(() => open(`${HEAD}Content-Length: 1000\r\n\r\nsku_id`));
    const answers = await Promise.all(sockets.map(answerOn));
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 429 '))).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408 '))).toHaveLength(4);
    await expect.poll(left).toEqual([]);
  });
});

test('A file that arrives while the gateway closes is refused, and leaves nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'feeds-'));
  const { gateway, port } = await openDoor(folder, { stallMs: 30_000 });
  const socket = connect(port, '127.0.0.1');
  const answer = answerOn(socket);
  socket.write(`${HEAD}Content-Length: 1000\r\n\r\nsku_id`);
  await expect.poll(async () => (await readdir(folder)).length).toBe(1);
  await gateway.close();
  expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

describe('On a full disk', () => {
  const openDisk = async (context: TestContext, mebibytes: number) => {
    const disk = await mountSmallDisk(context, mebibytes);
    onTestFinished(disk.remove);
    return disk;
  };
  const post = (port: number, body: string) =>
    fetch(`http://127.0.0.1:${port}/feeds/inventory`, {
      method: 'POST',
      headers: { authorization: `Token ${tokens.full}`, 'content-type': 'text/csv' },
      body,
    });

  test('a file is refused with 503, and leaves nothing', async (context) => {
    const disk = await openDisk(context, 1);
    const { gateway, port, feeds } = await openDoor(disk.folder, { maxBytes: 2 ** 28 });
    onTestFinished(() => gateway.close());
    const answer = await post(port, 'a'.repeat(3 << 20));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('is full') });
    await expect.poll(() => readdir(disk.folder)).toEqual([]);
    expect(feeds.taken).toEqual([]);
    expect((await post(port, 'a'.repeat(1_000))).status).toBe(202);
  });

  test('a feed that cannot write its rejected rows goes on once there is room', async (context) => {
    const disk = await openDisk(context, 8);
    const gateway = await openGateway(
      'sqlite',
      undefined,
      {},
      { feedSpool: { folder: disk.folder, isRequired: true } },
    );
    onTestFinished(() => gateway.close());
    const origin = await gateway.listen();
    disk.fill(6 << 20);
    const bad = range(20_000).map((n) => `no-such-${n},1\n`);
    const answer = await post(
      Number(new URL(origin).port),
      `sku_id,quantity_in_stock\nshared,4\n${bad.join('')}`,
    );
    const { id } = (await answer.json()) as { id: string };
    const stateOf = async () => {
      const headers = { authorization: `Token ${tokens.full}` };
      return (await fetch(`${origin}/feeds/inventory/${id}`, { headers })).json() as Promise<{
        state: string;
        report: unknown;
      }>;
    };
    await expect.poll(async () => (await stateOf()).state, { timeout: 20_000 }).toBe('APPLYING');
    // It is tried again every two seconds.
    await pause(3_000);
    expect((await stateOf()).state).toBe('APPLYING');
    disk.giveBack();
    await expect.poll(async () => (await stateOf()).state, { timeout: 20_000 }).toBe('DONE');
    expect((await stateOf()).report).toMatchObject({ rows: 20_001, applied: 1, rejected: 20_000 });
    const rejected = await fetch(`${origin}/feeds/inventory/${id}/rejected.csv`, {
      headers: { authorization: `Token ${tokens.full}` },
    });
    expect((await rejected.text()).trim().split('\r\n')).toHaveLength(20_001);
  }, 60_000);
});
