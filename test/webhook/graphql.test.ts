/** Webhooks through GraphQL: managed with a permission of their own, each supplier's by itself, and delivered. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tokenCommand } from '../../src/cli/token.ts';
import { hashToken, saveToken } from '../../src/db/tokens.ts';
import { permissions, type Permission } from '../../src/domain/caller.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
const ENDPOINT = `endpointId url filter { skuIds sources actors } isEnabled disabledReason changesBehind cursor failures
  acceptedAt previousSecretUntil lastChangeId attemptCount
  attempts { at messageId firstChangeId lastChangeId outcome status answer durationMs }`;
const LIST = `{ webhookEndpoints { ${ENDPOINT} } }`;
const ONE = `query ($endpointId: ID!) { webhookEndpoint(endpointId: $endpointId) { ${ENDPOINT} } }`;
const mutation = (name: string, selection: string) =>
  `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { answer: ${name}(input: $input) { ${selection} } }`;
const documents = {
  create: mutation('createWebhookEndpoint', `endpoint { ${ENDPOINT} } secret`),
  update: mutation('updateWebhookEndpoint', `endpoint { ${ENDPOINT} }`),
  rotate: mutation('rotateWebhookSecret', 'endpoint { previousSecretUntil } secret'),
  replay: mutation('replayWebhookEndpoint', `endpoint { ${ENDPOINT} }`),
  ping: mutation('pingWebhookEndpoint', 'messageId'),
  delete: mutation('deleteWebhookEndpoint', 'deletedEndpointId'),
};

describeOnEachStore('webhooks through GraphQL', (kind) => {
  const folder = makeFolder();
  const keyFile = join(folder.path, 'key');
  let gateway: Gateway;
  let receiver: Receiver;
  beforeAll(async () => {
    writeFileSync(keyFile, randomBytes(32).toString('base64'));
    const webhooks = {
      keyFile: { path: keyFile, isDefault: false },
      allowed: ['127.0.0.0/8'],
      userAgent: 'Stockgate',
    };
    gateway = await openGateway(kind, undefined, {}, { webhooks });
    receiver = await openReceiver();
  });
  afterAll(async () => {
    receiver.close();
    await gateway.close();
    folder.remove();
  });
  beforeEach(async () => {
    for (const { endpointId } of (await gateway.graphql(LIST)).body.data.webhookEndpoints)
      await ask('delete', { endpointId });
    receiver.verified.length = receiver.refused.length = 0;
  });

  const ask = async (name: keyof typeof documents, input: object, token?: string) => {
    const { body } = await gateway.graphql(documents[name], { input }, token);
    return body.errors ? body.errors[0] : body.data.answer;
  };
  const create = async (more: object = {}) => {
    const created = await ask('create', { url: receiver.url, ...more });
    receiver.secret = created.secret;
    return created.endpoint;
  };
  const list = async () => (await gateway.graphql(LIST)).body.data.webhookEndpoints;
  const one = async (endpointId: string, token?: string) =>
    (await gateway.graphql(ONE, { endpointId }, token)).body.data.webhookEndpoint;
  let quantity = 0;
  const change = (skuId = 'EACH') =>
    updateFor(gateway.inventory, origin, [setSku(skuId, { quantityInStock: ++quantity })]);

  test('an endpoint is created, told of changes, listed with its attempts, and deleted', async () => {
    const filter = { skuIds: ['EACH'], sources: ['GRAPHQL'], actors: ['dashboard'] };
    const created = await create({ filter });
    expect(created).toMatchObject({ url: receiver.url, filter, isEnabled: true, attempts: [] });
    await change('GONE');
    await change();
    await eventually(async () =>
      expect(await list()).toMatchObject([
        { endpointId: created.endpointId, failures: 0, attempts: [{ outcome: 'ACCEPTED', status: 204 }] },
      ]),
    );
    expect(receiver.refused).toEqual([]);
    const [{ attempts, cursor }] = await list();
    const [message] = receiver.verified;
    expect(attempts[0].messageId).toBe(message?.id);
    const [position] = message?.positions ?? [];
    expect(attempts[0]).toMatchObject({ firstChangeId: String(position), lastChangeId: String(position) });
    expect(await one(created.endpointId)).toMatchObject({ lastChangeId: String(position), attemptCount: 1 });
    const { body } = await gateway.graphql(
      'query ($after: String) { inventoryChanges(after: $after) { nodes { id } } }',
      { after: cursor },
    );
    expect(body.data.inventoryChanges.nodes).toEqual([]);
    expect(await ask('delete', { endpointId: created.endpointId })).toEqual({
      deletedEndpointId: created.endpointId,
    });
    expect(await list()).toEqual([]);
  });

  test('it is disabled, changed, enabled, replayed and pinged', async () => {
    const { endpointId } = await create();
    const before = (await list())[0].cursor;
    expect(await ask('update', { endpointId, isEnabled: false })).toMatchObject({
      endpoint: { isEnabled: false, disabledReason: 'BY_HAND', url: receiver.url },
    });
    await change();
    const changed = await ask('update', { endpointId, filter: { skuIds: ['EACH'] }, isEnabled: true });
    expect(changed).toMatchObject({
      endpoint: { isEnabled: true, filter: { skuIds: ['EACH'], actors: null } },
    });
    await eventually(() => expect(receiver.verified).toHaveLength(1));
    await eventually(async () => expect((await list())[0].changesBehind).toBe(0));
    await ask('replay', { endpointId, after: before });
    await eventually(() => expect(receiver.verified).toHaveLength(2));
    expect(receiver.verified[1]?.positions).toEqual(receiver.verified[0]?.positions);
    const [position = 0] = receiver.verified[1]?.positions ?? [];
    await eventually(async () => expect((await list())[0].changesBehind).toBe(0));
    await ask('replay', { endpointId, fromChangeId: String(position) });
    await eventually(() => expect(receiver.verified).toHaveLength(3));
    expect(receiver.verified[2]?.positions).toEqual([position]);
    const { messageId } = await ask('ping', { endpointId });
    await eventually(() =>
      expect(receiver.verified.at(-1)).toMatchObject({ id: messageId, type: 'webhook.ping' }),
    );
  });

  test('its secret is rotated', async () => {
    const { endpointId } = await create();
    const rotated = await ask('rotate', { endpointId });
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(receiver.secret);
    expect(Date.parse(rotated.endpoint.previousSecretUntil)).toBeGreaterThan(0);
    receiver.secret = rotated.secret;
    await change();
    await eventually(() => expect(receiver.verified).toHaveLength(1));
  });

  test.each([
    ['http://shop.example.org:0x', 'Give a whole URL'],
    ['ftp://shop.example/', 'must begin with https'],
    ['https://a:b@shop.example/', 'no user'],
    ['https://10.1.2.3/', '10.1.2.3 is not a public address'],
    ['https://[::1]:8443/', '::1 is not a public address'],
    ['', 'Give a whole URL'],
    [`https://shop.example/${'x'.repeat(3_000)}`, 'no more than 2000 characters'],
    ['https://shop.example/\0', 'null characters'],
  ])('the URL %j is refused', async (url, message) => {
    const { endpointId } = await create();
    for (const refused of [await ask('create', { url }), await ask('update', { endpointId, url })])
      expect(refused).toMatchObject({
        message: expect.stringContaining(message),
        extensions: { code: 'BAD_USER_INPUT' },
      });
  });

  test.each(['', 'x', '\0', 'aaaaaaaa-0000-4000-8000-00000000000a', 'x'.repeat(10_000)])(
    'an endpoint %j that nobody has is not found',
    async (endpointId) => {
      for (const name of ['update', 'rotate', 'replay', 'ping', 'delete'] as const)
        expect(await ask(name, { endpointId })).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
      expect(await one(endpointId)).toBe(null);
    },
  );

  test("another supplier's endpoint is not found, and stays as it is", async () => {
    const { endpointId } = await create();
    const before = await list();
    for (const name of ['update', 'rotate', 'replay', 'ping', 'delete'] as const)
      expect(
        await ask(name, { endpointId, ...(name === 'update' && { isEnabled: false }) }, tokens.rival),
      ).toMatchObject({
        extensions: { code: 'NOT_FOUND' },
      });
    expect(await list()).toEqual(before);
    expect((await gateway.graphql(LIST, {}, tokens.rival)).body.data.webhookEndpoints).toEqual([]);
    expect(await one(endpointId, tokens.rival)).toBe(null);
  });

  test.each(['skuIds', 'sources', 'actors'])(
    'a filter whose %s are an empty list is refused',
    async (name) => {
      expect(await ask('create', { url: receiver.url, filter: { [name]: [] } })).toMatchObject({
        message: expect.stringContaining('Give at least one'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    },
  );

  test('a supplier has 16 at most', async () => {
    for (const _ of range(16)) await create();
    expect(await ask('create', { url: receiver.url })).toMatchObject({
      extensions: { code: 'WEBHOOK_TOO_MANY' },
    });
  });

  test('a place that is none, or ahead of the endpoint, is refused', async () => {
    const { endpointId } = await create();
    // The second one is a position that was not sent yet: [1000000].
    const places = [{ after: 'x' }, { after: 'WzEwMDAwMDBd' }, { after: 'WzBd', fromChangeId: '1' }];
    const ids = ['', '0', '-1', 'x', '1e1', '1000000', '9999999999999999'].map((fromChangeId) => ({
      fromChangeId,
    }));
    for (const place of [...places, ...ids])
      expect(await ask('replay', { endpointId, ...place })).toMatchObject({
        message: expect.stringContaining('fromChangeId' in place ? 'input.fromChangeId' : 'input.after'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
  });

  test('needs manage_webhooks and view_items, and neither is enough for updates', async () => {
    const tokenOf = async (...granted: Permission[]) => {
      const token = granted.join('+');
      const details = { supplierId: 'acme', name: token, role: 'supplier', expiresAt: null } as const;
      await saveToken(gateway.store, token, { ...details, permissions: granted }, new Date());
      return token;
    };
    const statusOf = async (query: string, token: string) => (await gateway.graphql(query, {}, token)).status;
    const both = `query { ...A } fragment A on Query { webhookEndpoints { endpointId } sku(by: { skuId: "EACH" }) { skuId } }`;
    const allowed = await tokenOf('manage_webhooks', 'view_items');
    expect(await statusOf(LIST, allowed)).toBe(200);
    expect(await statusOf(both, allowed)).toBe(200);
    for (const granted of [
      ['view_items'],
      ['manage_webhooks'],
      ['edit_items', 'view_items'],
      ['edit_items', 'manage_webhooks'],
    ] as const) {
      const token = await tokenOf(...granted);
      for (const query of [LIST, both, `{ viewer { tokenName } webhookEndpoints { url } }`])
        expect(await statusOf(query, token)).toBe(403);
      expect((await gateway.graphql(documents.create, { input: { url: receiver.url } }, token)).status).toBe(
        403,
      );
    }
    const update = `mutation { updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: 1 }) { outcome } }`;
    expect(await statusOf(update, allowed)).toBe(403);
    expect(
      await statusOf(
        `mutation { pingWebhookEndpoint(input: { endpointId: "x" }) { messageId } ${update.slice(10)}`,
        allowed,
      ),
    ).toBe(403);
    expect(await statusOf(LIST, tokens.retailer)).toBe(403);
    expect(await list()).toEqual([]);
  });
});

describe('where webhooks cannot be', () => {
  test('without a key none is created, and it is no fault', async () => {
    const webhooks = { keyFile: null, allowed: [], userAgent: 'Stockgate' };
    const gateway = await openGateway('sqlite', undefined, {}, { webhooks });
    const input = { url: 'https://shop.example/' };
    const { status, body } = await gateway.graphql(documents.create, { input });
    expect([status, body.errors[0].extensions.code]).toEqual([200, 'WEBHOOK_NO_KEY']);
    await gateway.close();
  });

  test('and where they are left out there are none', async () => {
    const gateway = await openGateway('sqlite');
    expect((await gateway.graphql(LIST)).body).toEqual({ data: { webhookEndpoints: [] } });
    const input = { url: 'https://shop.example/' };
    expect((await gateway.graphql(documents.create, { input })).body.errors[0].extensions.code).toBe(
      'NOT_FOUND',
    );
    await gateway.close();
  });

  test('a token has the permission only if it is asked for', async () => {
    const gateway = await openGateway('sqlite');
    const args = ['create', '--supplier', 'acme', '--database', gateway.url];
    for (const [more, granted] of [
      [[], 'edit_items view_items'],
      [permissions.flatMap((permission) => ['--permission', permission]), permissions.join(' ')],
    ] as const) {
      const { out } = await runHere(tokenCommand, [...args, ...more]);
      const row = await gateway.store.db
        .selectFrom('token')
        .select('permissions')
        .where('token_hash', '=', hashToken(out.trim()))
        .executeTakeFirst();
      expect(row).toEqual({ permissions: granted });
    }
    await gateway.close();
  });
});
