/** Readers of a log whose old changes were taken away: who has missed some is told so, and nobody else. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { follow } from '../support/event-stream.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { passDays, prune } from './aged.ts';
import { openLog } from './log.ts';

const unmarked = (position: number) => Buffer.from(JSON.stringify([position])).toString('base64url');
const codeOf = (body: { errors?: [{ extensions: { code: string } }] }) =>
  body.errors?.[0].extensions.code ?? 'none';

describeOnEachStore('readers of a pruned log', (kind) => {
  let log: Awaited<ReturnType<typeof openLog>>;
  beforeAll(async () => {
    log = await openLog(kind);
  });
  afterEach(async () => {
    const { findings } = await checkDatabase(log.gateway.url);
    expect(findings).toEqual([]);
  });
  afterAll(() => log.gateway.close());

  test('tells readers that have not seen what is gone, and only them', async () => {
    const { last, change, ask, idsOf, address } = log;
    const { store } = log.gateway;
    const before = unmarked((await change(3)) - 1);
    const atEnd = (await ask('{ inventoryChangesCursor }')).data.inventoryChangesCursor;
    await passDays(store);
    await change(2);
    await prune(store);
    const feed = '{ inventoryChanges(after: $after) { nodes { id } } }';
    for (const after of [before, unmarked(0)])
      expect(codeOf(await ask(feed, { after }))).toBe('CURSOR_EXPIRED');
    const filtered = '{ inventoryChanges(after: $after, filter: { skuIds: ["none"] }) { nodes { id } } }';
    expect(codeOf(await ask(filtered, { after: before }))).toBe('CURSOR_EXPIRED');
    const until = '{ inventoryChanges(before: $after, orderBy: { direction: DESC }) { nodes { id } } }';
    expect(codeOf(await ask(until, { after: before }))).toBe('CURSOR_EXPIRED');
    expect((await ask(feed, { after: before })).errors[0].message).toMatch(
      /inventoryChangesCursor.*read your SKUs again/,
    );
    // What is at the horizon has seen all that is gone.
    expect(await idsOf('', { after: atEnd })).toEqual([(await last()) - 1, await last()]);
    // Who reads backwards finds the end.
    const older =
      '{ inventoryChanges(after: $after, orderBy: { direction: DESC }) { nodes { id } pageInfo { hasNextPage } } }';
    expect((await ask(older, { after: before })).data.inventoryChanges).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false },
    });
    const groups = '{ inventoryChangeGroups(after: $after) { nodes { source } } }';
    expect((await ask(groups, { after: before })).data.inventoryChangeGroups.nodes).toEqual([]);
    const text = await (await follow(address, { after: before })).rest();
    expect(text).toContain('CURSOR_EXPIRED');
    const stream = await follow(address, { after: atEnd });
    expect(await stream.take(2)).toHaveLength(2);
    stream.drop();
  });

  test('begins anew by the cursor of now, also where nothing is left', async () => {
    const { change, ask, idsOf } = log;
    const { store } = log.gateway;
    await change(2);
    await passDays(store);
    await prune(store);
    expect(await idsOf()).toEqual([]);
    const after = (await ask('{ inventoryChangesCursor }')).data.inventoryChangesCursor;
    const end = await change(1);
    expect(await idsOf('', { after })).toEqual([end]);
    expect(await idsOf()).toEqual([end]);
  });
});
