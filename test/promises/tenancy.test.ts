/** Nobody sees another's stock: at every place of both doors, what another supplier has is answered as what nobody has. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createFeeds } from '../../src/db/feed/feeds.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import { printedSchema, schema } from '../../src/schema/index.ts';
import { follow } from '../support/event-stream.ts';
import { dumpSupplier } from '../fuzz/check-store.ts';
import type { GatewaySettings } from '../../src/gateway/open-gateway.ts';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { mutations } from '../support/mutations.ts';
import { adjustSku, requestOf } from '../support/requests.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import {
  nodeTypesIn,
  placesIn,
  probedNodeTypes,
  probes,
  READ_ALL,
  withKey,
  type Foreign,
  type Probe,
} from './tenancy-probes.ts';

type Supplier = 'acme' | 'rival';
const tokenOf = { acme: tokens.full, rival: tokens.rival };
/** Codes of each supplier's own SKU; of `nobody` the ones that look like them. */
const codes = {
  acme: { upca: '042100005264', ean13: '9501101530003', gtin14: '10012345678902', isbn: '9780804429573' },
  rival: { upca: '614141007349', ean13: '5012345678900', gtin14: '30012345678906', isbn: '9780201379624' },
  nobody: { upca: '012345678905', ean13: '8711253001202', gtin14: '50012345678900', isbn: '9791090636071' },
};
/** Words and numbers that only this supplier's data has. */
const marks = { acme: /of acme|dashboard of acme|10000\d\d/, rival: /of rival|rival dashboard|20000\d\d/ };
const base = { acme: 1_000_000, rival: 2_000_000 };
const STARTED = '2026-01-01T00:00:00.000Z';
const REVERT =
  'mutation ($input: RevertInventoryChangesInput!) { revertInventoryChanges(input: $input) { replayed } }';

interface World {
  readonly gateway: Gateway;
  readonly origin: string;
  /** What a supplier has that another may look for. */
  readonly foreign: Record<Supplier, Foreign>;
}

const feedIds = {
  acme: 'aaaaaaaa-0000-4000-8000-00000000000a',
  rival: 'bbbbbbbb-0000-4000-8000-00000000000b',
};

const keys = makeFolder();
afterAll(() => keys.remove());
const keyFile = join(keys.path, 'webhook-key');
writeFileSync(keyFile, randomBytes(32).toString('base64'));
const webhooks = {
  keyFile: { path: keyFile, isDefault: false },
  allowed: [],
  userAgent: 'Stockgate',
};

/** A webhook endpoint, disabled so that it stays as it is. It has the ID of the supplier's feed. */
async function addEndpoint({ inventory }: Gateway, supplierId: Supplier): Promise<void> {
  const key = { supplierId, endpointId: feedIds[supplierId] };
  const filter = { actors: [`sender of ${supplierId}`] };
  const url = `https://shop.example/of ${supplierId}`;
  await inventory.writeWebhook({ create: { ...key, url, filter, secret: '' }, now: STARTED });
  await inventory.writeWebhook({ change: key, to: { isEnabled: false }, now: STARTED });
}

/** Removes the endpoints that probes have created: their filters name what the other has. */
async function removeProbed({ store, inventory }: Gateway, supplierId: Supplier): Promise<void> {
  const rows = await store.db
    .selectFrom('webhook_endpoint')
    .select('endpoint_id')
    .where('supplier_id', '=', supplierId)
    .where('disabled_at', 'is', null)
    .execute();
  for (const { endpoint_id: endpointId } of rows)
    await inventory.writeWebhook({ remove: { supplierId, endpointId } });
}

/** A feed that waits. */
async function queueFeed(store: Store, supplierId: Supplier): Promise<void> {
  await createFeeds(store).create({
    ...{ supplierId, feedId: feedIds[supplierId], actor: `sender of ${supplierId}` },
    ...{ filename: `file of ${supplierId}`, sheet: null, mode: 'delta', dryRun: false, allowZeroing: null },
    ...{ reason: `a reason of ${supplierId}`, referenceDocumentUri: null, idempotencyKey: null },
    ...{ isBlind: false, fingerprint: '', asOf: STARTED, createdAt: STARTED },
  });
}

/** A change of a feed of its own, and one whose group has the ID of the other's feed. */
async function changeByFeeds({ inventory }: Gateway, supplierId: Supplier): Promise<void> {
  for (const groupId of Object.values(feedIds))
    await inventory.update(
      requestOf(
        { supplierId, actor: `sender of ${supplierId}`, source: 'FEED' },
        [adjustSku('shared', { quantityInStock: 1 })],
        { groupId },
      ),
    );
}

/** Two suppliers with SKUs of the same identifiers, and each with one of its own; both with a history. */
async function openWorld(kind: StoreKind, more: Partial<GatewaySettings> = {}): Promise<World> {
  const gateway = await openGateway(kind, undefined, {}, { webhooks, ...more });
  const groups: Record<string, string> = {};
  for (const supplierId of ['acme', 'rival'] as const) {
    const title = `a title of ${supplierId}`;
    await createCatalog(gateway.store, () => new Date()).save(
      { supplierId, actor: `seed of ${supplierId}` },
      [
        { skuId: `${supplierId}-only`, title, ...codes[supplierId] },
        { skuId: `${supplierId}-odd`, title, upca: `odd ${supplierId}`.padEnd(12, '!') },
      ],
    );
    await queueFeed(gateway.store, supplierId);
    await addEndpoint(gateway, supplierId);
    await changeByFeeds(gateway, supplierId);
    const send = async (query: string, input: object) =>
      (await gateway.graphql(query, { input }, tokenOf[supplierId])).body;
    const reason = `a reason of ${supplierId}`;
    const skuIds = ['shared', 'BOOK-NEW', `${supplierId}-only`, `${supplierId}-odd`];
    const updates = skuIds.map((skuId, i) => ({
      identifier: { skuId },
      quantityInStock: base[supplierId] + i,
    }));
    groups[supplierId] = (await send(mutations.bulk, { updates, reason })).data.answer.groupId;
    for (const update of updates)
      await send(mutations.update, { ...update, quantityInStock: update.quantityInStock + 10, reason });
    const key = `key of ${supplierId}`;
    await send(mutations.update, withKey.update(key));
    await send(mutations.adjust, withKey.adjust(key));
    await send(mutations.bulk, withKey.bulk(key));
    await send(REVERT, withKey.revert(key));
    await send(mutations.update, {
      identifier: { skuId: 'shared' },
      quantityInStock: base[supplierId] + 20,
      reason,
    });
  }
  // The rival's log is the longer one.
  const updates = Array.from({ length: 60 }, (_, i) => ({
    identifier: { skuId: 'shared' },
    quantityInStock: base.rival + i,
  }));
  await gateway.graphql(mutations.bulk, { input: { updates } }, tokens.rival);
  const last = await gateway.inventory.lastPosition('rival');
  const foreignOf = (id: Supplier): Foreign => ({
    skuId: [`${id}-only`, `${id}-onlx`],
    upca: [codes[id].upca, codes.nobody.upca],
    ean13: [codes[id].ean13, codes.nobody.ean13],
    gtin14: [codes[id].gtin14, codes.nobody.gtin14],
    isbn: [codes[id].isbn, codes.nobody.isbn],
    invalid: [`odd ${id}`.padEnd(12, '!'), 'odd nobody!!'],
    // Every position that acme has is one of the rival's own.
    position: id === 'rival' ? [String(last), String(last + 1)] : ['9001', '9002'],
    groupId: [groups[id] ?? '', '00000000-0000-4000-8000-000000000000'],
    actor: id === 'rival' ? ['rival dashboard', 'rival dashboarx'] : ['dashboard', 'dashboarx'],
    idempotencyKey: [`key of ${id}`, `key of ${id}`.replace('key', 'kex')],
    feedId: [feedIds[id], '00000000-0000-4000-8000-000000000000'],
    endpointId: [feedIds[id], '00000000-0000-4000-8000-000000000000'],
  });
  const origin = await gateway.listen();
  return { gateway, origin, foreign: { acme: foreignOf('acme'), rival: foreignOf('rival') } };
}

/** Status, headers but for those of the moment, and body; the value that was asked for is taken out. */
async function answerTo(
  { origin }: World,
  asker: Supplier,
  { query, variables, spelled }: Probe,
  value: string,
): Promise<string> {
  const clean = (text: string) =>
    text.replaceAll(spelled?.(value) ?? value, 'VALUE').replaceAll(value, 'VALUE');
  if (query.startsWith('subscription')) return clean(await followFor(origin, asker, query, variables(value)));
  const headers = { authorization: `Bearer ${tokenOf[asker]}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables: variables(value) });
  return clean(await readAnswer(await fetch(`${origin}/graphql`, { method: 'POST', headers, body })));
}

async function readAnswer(response: Response): Promise<string> {
  const headers = [...response.headers].filter(
    ([name]) => !['date', 'x-request-id', 'server-timing'].includes(name),
  );
  return JSON.stringify([response.status, headers, await response.text()]);
}

/** How a stream begins, and what comes within a moment. */
async function followFor(origin: string, asker: Supplier, query: string, variables: object): Promise<string> {
  const stream = await follow(origin, { token: tokenOf[asker], query, ...variables });
  const next = stream.next().catch((error: unknown) => String(error));
  const first = await Promise.race([next, sleep(40, 'nothing')]);
  stream.drop();
  return JSON.stringify([stream.status, stream.type, first]);
}

/** Where the answers differ, or tell of the other supplier. */
async function crossingsOf(world: World, asker: Supplier, only = Object.keys(probes)): Promise<string[]> {
  const other = asker === 'acme' ? 'rival' : 'acme';
  const crossings: string[] = [];
  for (const [place, probe] of Object.entries(probes).filter(([name]) => only.includes(name))) {
    const [foreign, unknown] = world.foreign[other][probe.of];
    // In this order: the key of the one, then the key of the other, are both new.
    const [toForeign, toUnknown] = [
      await answerTo(world, asker, probe, foreign),
      await answerTo(world, asker, probe, unknown),
    ];
    if (/GRAPHQL_|BAD_USER_INPUT|BAD_REQUEST/.test(toUnknown))
      crossings.push(`${place}: no question: ${toUnknown}`);
    if (toForeign !== toUnknown || marks[other].test(toForeign))
      crossings.push(`${place}: ${toForeign} but ${toUnknown}`);
  }
  return crossings;
}

test('every place in the schema where a client can name something has a probe, and so has every type with a global id', () => {
  const probed = new Set(Object.keys(probes).map((place) => place.split(',')[0]));
  expect(placesIn(schema).filter((place) => !probed.has(place))).toEqual([]);
  expect([...probed].filter((place) => !placesIn(schema).includes(place ?? ''))).toEqual([]);
  expect(nodeTypesIn(schema)).toEqual(probedNodeTypes);
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    const fields = Object.values(root?.getFields() ?? {});
    const isProbed = ({ name }: { readonly name: string }) =>
      [...probed].some((place) => place?.startsWith(`${root?.name}.${name}.`));
    // A field without arguments is asked for with everything else.
    const isRead = ({ name }: { readonly name: string }) => new RegExp(`\\b${name}\\b`).test(READ_ALL);
    expect(fields.filter((field) => !(field.args.length > 0 ? isProbed : isRead)(field))).toEqual([]);
  }
});

test('control: a new argument, a new input field and a new type with a global id are noticed', () => {
  const grown = buildSchema(
    `${printedSchema()} extend type Query { item(warehouse: String): Int } extend input SkuFilterInput { owner: String } type Box implements Node { id: ID! }`,
  );
  expect(
    placesIn(grown)
      .filter((place) => !(place in probes))
      .toSorted(),
  ).toEqual(['Query.item.warehouse', 'Query.skus.filter.owner']);
  expect(nodeTypesIn(grown)).toContain('Box');
});

describeOnEachStore('two suppliers', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind);
  });
  afterAll(() => world.gateway.close());

  describe.each([
    ['acme', 'rival'],
    ['rival', 'acme'],
  ] as const)('%s, who looks for what %s has,', (asker, other) => {
    test('is answered byte by byte as if it did not exist, at every place of the schema, and changes nothing', async () => {
      const before = await dumpSupplier(world.gateway.store, other);
      expect(await crossingsOf(world, asker)).toEqual([]);
      expect(await dumpSupplier(world.gateway.store, other)).toBe(before);
    });

    test('reads everything that there is, and nothing of it is of the other', async () => {
      await removeProbed(world.gateway, asker);
      const { body } = await world.gateway.graphql(READ_ALL, {}, tokenOf[asker]);
      const text = JSON.stringify(body);
      expect(text).toMatch(marks[asker]);
      expect(
        body.data.inventoryChangeGroups.nodes.flatMap(
          ({ feed }: { readonly feed: { readonly filename: string } | null }) => feed?.filename ?? [],
        ),
      ).toEqual([`file of ${asker}`]);
      expect(text).not.toMatch(marks[other]);
      const stream = await follow(world.origin, { token: tokenOf[asker], after: 'WzBd' });
      const count = await world.gateway.inventory.lastPosition(asker);
      expect(
        (await stream.take(count))
          .map(({ change }) => JSON.stringify(change))
          .filter((change) => marks[other].test(change)),
      ).toEqual([]);
      stream.drop();
    });

    const post = async (path: string, body: unknown, headers: Record<string, string>, value: string) => {
      const response = await fetch(`${world.origin}/timp/products/skus/inventory/${path}`, {
        method: 'POST',
        headers: { authorization: `Token ${tokenOf[asker]}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return (await readAnswer(response)).replaceAll(value, 'VALUE');
    };

    test('is answered so by the legacy door too: by every identifier, with If-Match, alone and in bulk', async () => {
      const before = await dumpSupplier(world.gateway.store, other);
      const fields = {
        sku_id: 'skuId',
        upca: 'upca',
        ean13: 'ean13',
        gtin14: 'gtin14',
        isbn: 'isbn',
      } as const;
      for (const [field, of] of [...Object.entries(fields), ['upca', 'invalid'] as const]) {
        for (const headers of [{}, { 'if-match': '"1"' }, { 'if-match': '*' }]) {
          const ask = (value: string) => post('', { [field]: value, quantity_in_stock: 4 }, headers, value);
          const [foreign, unknown] = world.foreign[other][of];
          expect([field, await ask(foreign)]).toEqual([field, await ask(unknown)]);
        }
        const askBulk = (value: string) =>
          post('bulk/', [{ [field]: value, quantity_in_stock: 4 }], {}, value);
        const [foreign, unknown] = world.foreign[other][of];
        expect([field, await askBulk(foreign)]).toEqual([field, await askBulk(unknown)]);
      }
      expect(await dumpSupplier(world.gateway.store, other)).toBe(before);
    });

    test("sends the other's idempotency keys with the other's words, and they are its own new keys", async () => {
      const row = { sku_id: 'shared', quantity_in_stock: 6 };
      const theirs = { authorization: `Token ${tokenOf[other]}` };
      for (const [path, body] of [
        ['', row],
        ['bulk/', [row]],
      ] as const) {
        const key = { 'idempotency-key': `legacy ${other} ${path}` };
        await post(path, body, { ...key, ...theirs }, other);
        const ask = () => post(path, body, key, other);
        expect(await ask()).not.toContain('idempotent-replayed');
        // The second time it is one that was sent before.
        expect(await ask()).toContain('idempotent-replayed');
      }
    });
  });
});

describe('control: a crossing is noticed', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld('sqlite', oneThread);
  });
  afterAll(() => world.gateway.close());

  const asRival = (inventory: Inventory): Inventory => ({
    ...inventory,
    find: (_supplierId, identifiers) => inventory.find('rival', identifiers),
    update: (request) => inventory.update({ ...request, supplierId: 'rival' }),
    listSkus: (_supplierId, page) => inventory.listSkus('rival', page),
    countSkus: (_supplierId, ...rest) => inventory.countSkus('rival', ...rest),
    indexSkus: (_supplierId, ...rest) => inventory.indexSkus('rival', ...rest),
    histories: (_supplierId, ...rest) => inventory.histories('rival', ...rest),
    changesAfter: (_supplierId, ...rest) => inventory.changesAfter('rival', ...rest),
    changesWindow: (_supplierId, ...rest) => inventory.changesWindow('rival', ...rest),
    changesBackwards: (_supplierId, ...rest) => inventory.changesBackwards('rival', ...rest),
    newestOfGroups: (_supplierId, ...rest) => inventory.newestOfGroups('rival', ...rest),
    groupPages: (_supplierId, ...rest) => inventory.groupPages('rival', ...rest),
    groupSizes: (_supplierId, ...rest) => inventory.groupSizes('rival', ...rest),
    changesAt: (_supplierId, positions) => inventory.changesAt('rival', positions),
  });

  test.each([
    ['find', 'Query.sku.by.skuId'],
    ['find', 'Query.node.id'],
    ['update', 'Mutation.updateSkuInventory.input.identifier.isbn'],
    ['update', 'Mutation.updateSkuInventory.input.idempotencyKey'],
    ['update', 'Mutation.bulkUpdateSkuInventory.input.updates.identifier.upca'],
    ['listSkus', 'Query.skus.filter.skuIds'],
    ['countSkus', 'Query.skus.filter.search'],
    ['indexSkus', 'Query.skus.filter.identifiers.upca'],
    ['histories', 'Sku.inventoryChanges.after'],
    ['changesWindow', 'Query.inventoryChanges.filter.groupId'],
    ['changesWindow', 'Query.inventoryChanges.filter.actors'],
    ['changesBackwards', 'Query.inventoryChanges.filter.actors, newest first'],
    ['newestOfGroups', 'Query.inventoryChangeGroups.filter.actors'],
    ['changesAfter', 'Mutation.revertInventoryChanges.input.groupId'],
    ['changesWindow', 'Subscription.inventoryChanged.filter.skuIds'],
    ['changesAt', 'Mutation.revertInventoryChanges.input.changeIds'],
  ] as const)('where %s forgets whose it is: %s', async (method, place) => {
    const { inventory } = world.gateway;
    const spy = vi.spyOn(inventory, method).mockImplementation(asRival({ ...inventory })[method]);
    const crossings = await crossingsOf(world, 'acme', [place]);
    spy.mockRestore();
    expect(crossings).toHaveLength(1);
  });
});
