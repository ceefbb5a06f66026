/** Old changes are taken away: what stays, what readers get, and that a reader that missed some is told so. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { moveHorizons } from '../../src/db/history/horizon.ts';
import { createServiceClock } from '../../src/db/store/service-clock.ts';
import { createPrune } from '../../src/db/history/prune.ts';
import { deleteSupplier } from '../../src/db/catalog/delete-supplier.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { follow } from '../support/event-stream.ts';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { oldHorizons, passDays, prune } from './aged.ts';

const origin = { supplierId: 'acme', actor: 'full', source: 'GRAPHQL' } as const;
const unmarked = (position: number) => Buffer.from(JSON.stringify([position])).toString('base64url');
const LONG = 'A reason that is long enough to be stored once for all the changes of one call.';

describeOnEachStore('a log whose old changes are taken away', (kind) => {
  let gateway: Gateway;
  let quantity = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind, undefined, {}, oneThread);
    await gateway.listen();
  });
  afterEach(async () => {
    const { findings } = await checkDatabase(gateway.url);
    expect(findings).toEqual([]);
  });
  afterAll(() => gateway.close());

  const last = () => gateway.inventory.lastPosition('acme');
  /** Changes SKUs in turn, one transaction for each. Resolves to the position of the last one. */
  async function change(count: number, skuIds = ['shared'], supplierId = 'acme') {
    for (const i of range(count)) {
      const row = setSku(skuIds[i % skuIds.length] ?? '', { quantityInStock: ++quantity });
      await gateway.inventory.update(requestOf({ ...origin, supplierId }, [row]));
    }
    return last();
  }
  /** One bulk call. */
  const bulk = (skuIds: readonly string[], more: object = {}) =>
    gateway.inventory.update(
      requestOf(
        origin,
        skuIds.map((skuId) => setSku(skuId, { quantityInStock: ++quantity })),
        { groupId: `group-${++quantity}`, ...more },
      ),
    );
  const horizonOf = async (supplierId = 'acme') => (await gateway.inventory.marksAt(supplierId, [])).horizon;
  async function ask(fields: string, variables: object = {}, token: string = tokens.full) {
    const head = fields.includes('$after') ? 'query ($after: String) ' : '';
    const { body } = await gateway.graphql(`${head}${fields}`, variables, token);
    return body;
  }
  async function idsOf(args = '', variables: object = {}) {
    const ids: number[] = [];
    for (let after = (variables as { after?: string }).after; ;) {
      const body = await ask(
        `{ inventoryChanges(after: $after${args}) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
        { ...variables, after },
      );
      const { nodes, pageInfo } = body.data.inventoryChanges;
      ids.push(...nodes.map(({ id }: { id: string }) => Number(id)));
      if (!pageInfo.hasNextPage) return ids;
      after = pageInfo.endCursor;
    }
  }
  const codeOf = (body: { errors?: [{ extensions: { code: string } }] }) =>
    body.errors?.[0].extensions.code ?? 'none';

  test('keeps the newest change of each SKU, and what is not old', async () => {
    await change(9, ['shared', 'EACH', 'BOOK-NEW']);
    const old = await last();
    await passDays(gateway.store);
    const end = await change(4, ['shared']);
    expect(await prune(gateway.store)).toBe(7);
    expect(await horizonOf()).toBe(old);
    const left = range(end - old).map((i) => old + i);
    expect(await idsOf()).toEqual(left);
    expect(await idsOf(', orderBy: { direction: DESC }')).toEqual(left.toReversed());
    expect(await idsOf(', filter: { sources: [GRAPHQL] }')).toEqual(left);
    expect(await idsOf(', filter: { sources: [GRAPHQL] }, orderBy: { direction: DESC }')).toEqual(
      left.toReversed(),
    );
    const body = await ask(`{
      kept: sku(by: { skuId: "EACH" }) { version lastChange { id version } inventoryChanges { nodes { version } } }
      changed: sku(by: { skuId: "shared" }) { version inventoryChanges { nodes { version } } } }`);
    expect(body.data.kept).toEqual({
      version: 3,
      lastChange: { id: String(old - 2), version: 3 },
      inventoryChanges: { nodes: [{ version: 3 }] },
    });
    expect(
      body.data.changed.inventoryChanges.nodes.map(({ version }: { version: number }) => version),
    ).toEqual([7, 6, 5, 4]);
  });

  test('takes a change away that was kept, once its SKU has a newer one', async () => {
    await change(2, ['shared', 'EACH']);
    await passDays(gateway.store);
    await change(2, ['shared', 'EACH']);
    await prune(gateway.store);
    await passDays(gateway.store);
    await change(1);
    await prune(gateway.store);
    const { rows } = await sql<{ sku_id: string }>`select sku_id from inventory_change
      where supplier_id = 'acme' and position <= ${await horizonOf()} order by sku_id`.execute(
      gateway.store.db,
    );
    const kept = rows.map(({ sku_id }) => sku_id);
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept).not.toContain('shared');
  });

  test('tells readers that have not seen what is gone, and only them', async () => {
    const before = unmarked((await change(3)) - 1);
    const atEnd = (await ask('{ inventoryChangesCursor }')).data.inventoryChangesCursor;
    await passDays(gateway.store);
    await change(2);
    await prune(gateway.store);
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
    const address = await gateway.listen();
    const text = await (await follow(address, { after: before })).rest();
    expect(text).toContain('CURSOR_EXPIRED');
    const stream = await follow(address, { after: atEnd });
    expect(await stream.take(2)).toHaveLength(2);
    stream.drop();
  });

  test('begins anew by the cursor of now, also where nothing is left', async () => {
    await change(2);
    await passDays(gateway.store);
    await prune(gateway.store);
    expect(await idsOf()).toEqual([]);
    const after = (await ask('{ inventoryChangesCursor }')).data.inventoryChangesCursor;
    const end = await change(1);
    expect(await idsOf('', { after })).toEqual([end]);
    expect(await idsOf()).toEqual([end]);
  });

  test('takes a bulk call away as a whole, or leaves it', async () => {
    const first = (await last()) + 1;
    const groupId = 'slow-import';
    await bulk(['shared', 'EACH'], { groupId });
    await change(3, ['GONE']);
    await passDays(gateway.store);
    await bulk(['BOOK-NEW'], { groupId });
    await change(1);
    await prune(gateway.store);
    expect(await horizonOf()).toBe(first - 1);
    await passDays(gateway.store);
    await change(1);
    await prune(gateway.store);
    expect(await horizonOf()).toBe((await last()) - 1);
    const { body } = await gateway.graphql(
      `mutation { revertInventoryChanges(input: { groupId: "${groupId}" }) { refusal: problem } }`,
    );
    expect(JSON.stringify(body)).not.toContain('INTERNAL');
  });

  test('keeps the texts of a change that is kept', async () => {
    const skuIds = ['shared', 'EACH', 'BOOK-NEW', 'CASE-OF-10'];
    await bulk(skuIds, { reason: LONG });
    await bulk(skuIds.slice(0, 3), { reason: `${LONG} Again.` });
    await change(1, ['BOOK-NEW']);
    await passDays(gateway.store);
    await change(2, ['shared', 'EACH']);
    await prune(gateway.store);
    const reasonOf = async (skuId: string) =>
      (await ask(`{ sku(by: { skuId: "${skuId}" }) { lastChange { reason } } }`)).data.sku.lastChange.reason;
    expect(await reasonOf('CASE-OF-10')).toBe(LONG);
    const { rows } = await sql<{ count: number }>`select count(*) as count from inventory_change
      where reason = ${`${LONG} Again.`}`.execute(gateway.store.db);
    expect(rows).toEqual([{ count: 0 }]);
  });

  test('keeps what is as old as an idempotency key that is kept', async () => {
    await passDays(gateway.store);
    const before = await change(1);
    await bulk(['shared'], { groupId: null, idempotencyKey: 'kept' });
    await passDays(gateway.store);
    await change(1);
    await prune(gateway.store);
    expect(await horizonOf()).toBeLessThan(before);
    await sql`delete from idempotency_key`.execute(gateway.store.writes);
    await sql`update supplier set idempotency_bytes = 0`.execute(gateway.store.writes);
    await prune(gateway.store);
    expect(await horizonOf()).toBe(before + 1);
  });

  test("leaves another supplier's log alone, and goes with its supplier", async () => {
    await change(2, ['rival-only'], 'rival');
    await passDays(gateway.store);
    await change(1);
    const horizons = await oldHorizons(gateway.store);
    const own = horizons.filter(({ supplierId }) => supplierId === 'acme');
    await moveHorizons(gateway.store, own);
    expect(await horizonOf('rival')).toBe(0);
    expect(await prune(gateway.store)).toBeGreaterThan(0);
    expect(await horizonOf('rival')).toBe(2);
    await change(1, ['rival-only'], 'rival');
    await deleteSupplier(gateway.store, 'rival', new Date());
    const { rows } = await sql`select 1 from log_age where supplier_id = 'rival'`.execute(gateway.store.db);
    expect(rows).toEqual([]);
  });

  test('hides what a stopped run has left, and the next run takes it away', async () => {
    const end = await change(5);
    await passDays(gateway.store);
    await change(1);
    await moveHorizons(gateway.store, await oldHorizons(gateway.store));
    expect(await idsOf()).toEqual([end + 1]);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
    const step = createPrune(gateway.store, createServiceClock(gateway.store));
    while (await step([]));
    const { rows } = await sql`select 1 from inventory_change
      where supplier_id = 'acme' and sku_id = 'shared' and group_id is null and position <= ${end}`.execute(
      gateway.store.db,
    );
    expect(rows).toEqual([]);
  });

  test('takes nothing away because a wall clock jumped', async () => {
    await change(3);
    await passDays(gateway.store);
    await prune(gateway.store);
    const horizon = await horizonOf();
    await sql`update inventory_change set changed_at = '1999-01-01T00:00:00.000Z' where position > ${horizon}`.execute(
      gateway.store.writes,
    );
    await change(3);
    expect(await oldHorizons(gateway.store)).toEqual([]);
  });

  test('does nothing in a process that does not advance the service clock', async () => {
    const owner = createServiceClock(gateway.store);
    await sql`update service_clock set owner = ''`.execute(gateway.store.writes);
    expect(await owner.advance()).toBe(true);
    await change(2);
    await passDays(gateway.store);
    const before = await horizonOf();
    const other = createPrune(gateway.store, createServiceClock(gateway.store));
    expect(await other(await oldHorizons(gateway.store))).toBe(false);
    expect(await horizonOf()).toBe(before);
  });
});
