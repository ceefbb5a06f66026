/** `stockgate webhook` beside a running gateway, which delivers over HTTP to a receiver that verifies what it gets. */
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { webhookCommand } from '../../src/cli/webhook.ts';
import { deleteSupplier } from '../../src/db/catalog/delete-supplier.ts';
import { startWebhooks } from '../../src/gateway/webhook/start-webhooks.ts';
import { keyFileOf } from '../../src/db/webhook/key-file.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { MAX_ENDPOINTS } from '../../src/domain/webhook/endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { runHere } from '../support/run-here.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
const ALLOWED = '127.0.0.0/8';

describeOnEachStore('stockgate webhook', (kind) => {
  const folder = makeFolder();
  const keyFile = join(folder.path, 'key');
  let gateway: Gateway;
  let receiver: Receiver;
  let quantity = 0;
  const open = async () => {
    writeFileSync(keyFile, `${randomBytes(32).toString('base64')}\n`);
    gateway = await openGateway(
      kind,
      undefined,
      {},
      {
        metrics: 'on',
        webhooks: {
          keyFile: { path: keyFile, isDefault: false },
          allowed: [ALLOWED],
          userAgent: 'Stockgate/test',
        },
      },
    );
  };
  beforeAll(async () => {
    await open();
    receiver = await openReceiver();
  });
  afterAll(async () => {
    receiver.close();
    await gateway.close();
    folder.remove();
  });
  beforeEach(async () => {
    const rows = await gateway.store.db.selectFrom('webhook_endpoint').selectAll().execute();
    for (const { supplier_id: supplierId, endpoint_id: endpointId } of rows)
      await gateway.inventory.writeWebhook({ remove: { supplierId, endpointId } });
    receiver.verified.length = receiver.refused.length = 0;
    receiver.answer = (response) => void response.writeHead(204).end();
  });

  const webhook = (...args: string[]) => runHere(webhookCommand, [...args, '--database', gateway.url]);
  const create = async (...args: string[]) => {
    const named = ['--supplier', 'acme', '--url', receiver.url, '--webhook-allow', ALLOWED];
    const { out } = await webhook('create', ...named, '--webhook-key-file', keyFile, ...args);
    const [id = '', secret = ''] = out.trim().split('\t');
    receiver.secret = secret;
    return id;
  };
  const change = (...skuIds: string[]) =>
    updateFor(
      gateway.inventory,
      origin,
      skuIds.map((skuId) => setSku(skuId, { quantityInStock: ++quantity })),
    );
  const list = async (...args: string[]) =>
    (await webhook('list', '--supplier', 'acme', ...args)).out
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t'));
  const arrived = (count: number) =>
    eventually(() => expect(receiver.verified.flatMap(({ positions }) => positions)).toHaveLength(count));

  test('create prints an ID and a secret, once. Changes arrive, and the library accepts their signatures', async () => {
    const id = await create();
    expect([id, receiver.secret]).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^whsec_\S{44}$/),
    ]);
    await change('EACH', 'GONE');
    await arrived(2);
    expect(receiver.refused).toEqual([]);
    const [message] = receiver.verified;
    expect(message).toMatchObject({ type: 'inventory.changed', headers: { 'user-agent': 'Stockgate/test' } });
    await eventually(async () =>
      expect((await list())[0]?.slice(1, 4)).toEqual([receiver.url, 'enabled', '0 changes behind']),
    );
    const listed = JSON.stringify(await list('--attempts'));
    expect(listed).toContain(message?.id);
    expect(listed).not.toContain(receiver.secret.slice(6));
  });

  test('create refuses an address that the gateway would not send to', async () => {
    for (const url of ['https://10.0.0.1/', 'https://167772161/', 'http://10.0.0.1/'])
      await expect(create('--url', url)).rejects.toThrow('--webhook-allow');
    expect(await list()).toEqual([]);
  });

  test('the store holds no secret that can be read', async () => {
    await create();
    const rows = await gateway.store.db.selectFrom('webhook_endpoint').selectAll().execute();
    const text = JSON.stringify(rows);
    const secret = receiver.secret.slice('whsec_'.length);
    expect(text).not.toContain(secret.slice(0, 20));
    expect(text).not.toContain(Buffer.from(secret, 'base64').toString('hex').slice(0, 20));
  });

  test('filters by SKU, source and token', async () => {
    await create('--sku', 'EACH', '--sku', 'GONE', '--source', 'GRAPHQL', '--actor', 'dashboard');
    await updateFor(gateway.inventory, { ...origin, actor: 'somebody' }, [
      setSku('EACH', { quantityInStock: ++quantity }),
    ]);
    await updateFor(gateway.inventory, { ...origin, source: 'REST' }, [
      setSku('EACH', { quantityInStock: ++quantity }),
    ]);
    await change('shared', 'EACH');
    await arrived(1);
    expect(receiver.verified[0]?.body).toContain('"skuId":"EACH"');
  });

  test('disable stops delivery, and enable goes on where it stopped', async () => {
    const id = await create();
    await webhook('disable', id);
    await change('EACH');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(receiver.verified).toEqual([]);
    expect((await list())[0]?.[2]).toMatch(/^disabled \S+ \(by hand\)$/);
    await webhook('enable', id);
    await arrived(1);
  });

  test('during a rotation receivers with either secret accept', async () => {
    const id = await create();
    const { out } = await webhook('rotate', id, '--webhook-key-file', keyFile);
    await change('EACH');
    await arrived(1);
    receiver.secret = out.trim();
    await change('EACH');
    await arrived(2);
    expect(receiver.refused).toEqual([]);
    // A second rotation ends the first secret.
    receiver.secret = (await webhook('rotate', id, '--webhook-key-file', keyFile)).out.trim();
    await change('EACH');
    await arrived(3);
  });

  test('replay sends changes again, under new message IDs', async () => {
    const id = await create();
    await change('EACH', 'EACH');
    await arrived(2);
    await eventually(async () => expect((await list())[0]?.[3]).toBe('0 changes behind'));
    const [first = 0] = receiver.verified[0]?.positions ?? [];
    await webhook('replay', id, '--after', String(first));
    await arrived(3);
    expect(receiver.verified.at(-1)?.positions).toEqual([first + 1]);
    expect(new Set(receiver.verified.map((message) => message.id)).size).toBe(receiver.verified.length);
  });

  test('replay skips nothing that was not sent yet', async () => {
    const id = await create();
    await webhook('disable', id);
    await change('EACH');
    await expect(webhook('replay', id, '--after', '999999')).rejects.toThrow('A replay goes back only.');
    await webhook('enable', id);
    await arrived(1);
  });

  test('ping is sent by the gateway, and says how it went', async () => {
    const id = await create();
    const good = await webhook('ping', id);
    expect([good.code, good.out]).toEqual([
      0,
      expect.stringMatching(/\taccepted\t204\t\d+ ms\t\S+_ping-\S+\t""\n$/),
    ]);
    expect(receiver.verified).toMatchObject([{ type: 'webhook.ping', positions: [] }]);
    receiver.answer = (response) => void response.writeHead(500).end('\u001b[31mno\0');
    const bad = await webhook('ping', id);
    expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('\trefused\t500\t')]);
    expect(bad.out).not.toContain('\u001b');
  });

  test('delete ends it, and its attempts', async () => {
    const id = await create();
    await change('EACH');
    await arrived(1);
    await eventually(async () => expect(await list('--attempts')).toHaveLength(2));
    await webhook('delete', id);
    expect(await list('--attempts')).toEqual([]);
    for (const action of ['delete', 'enable', 'disable', 'ping'])
      await expect(webhook(action, id)).rejects.toThrow(`No endpoint has the id "${id}"`);
  });

  test('410 disables: a log line, a metric', async () => {
    await create();
    receiver.answer = (response) => void response.writeHead(410).end();
    await change('EACH');
    await eventually(async () =>
      expect(await gateway.metrics?.text()).toContain(
        'stockgate_webhook_endpoints_disabled_total{reason="gone"} 1',
      ),
    );
    const page = await gateway.metrics?.text();
    expect(page).toContain('stockgate_webhook_endpoints_disabled 1');
    expect(page).toMatch(/stockgate_webhook_attempts_total\{outcome="gone"\} 1/);
    expect((await list())[0]?.[2]).toMatch(/^disabled \S+ \(gone\)$/);
  });

  test('lag is measured in changes and in seconds', async () => {
    await create();
    receiver.answer = () => undefined;
    await change('EACH', 'GONE');
    await eventually(async () => {
      const page = await gateway.metrics?.text();
      expect(page).toContain('stockgate_webhook_lag_changes 2');
      expect(Number(/^stockgate_webhook_lag_seconds (\S+)/m.exec(page ?? '')?.[1])).toBeGreaterThan(0.2);
    });
  });

  test('a supplier has so many endpoints and no more, and takes them with it', async () => {
    for (const _ of range(MAX_ENDPOINTS)) await create();
    await expect(create()).rejects.toThrow('has 16 endpoints already');
    const { store } = gateway;
    await change('EACH');
    await arrived(1);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
    await deleteSupplier(store, 'acme', new Date());
    for (const table of ['webhook_endpoint', 'webhook_attempt'] as const)
      expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([]);
    await gateway.close();
    await open();
  });

  test.each([
    ['http://shop.example.com/', 'must begin with https://'],
    ['ftp://shop.example.com/', 'must begin with https://'],
    ['https://user:secret@shop.example.com/', 'no user and no password'],
    ['https://shop.example.com/#part', 'no fragment'],
    ['shop.example.com', 'Give a whole URL'],
    [`https://shop.example.com/${'x'.repeat(2_000)}`, 'at most 2000 characters'],
  ])('%s is no URL for an endpoint', async (url, message) => {
    await expect(webhook('create', '--supplier', 'acme', '--url', url)).rejects.toThrow(message);
  });
});

describe('the key', () => {
  test('is made beside a SQLite file with the first endpoint, for its owner alone', async () => {
    const gateway = await openGateway('sqlite');
    const path = `${gateway.url.slice('sqlite:'.length)}.webhook-key`;
    const args = [
      'create',
      '--supplier',
      'acme',
      '--url',
      'https://shop.example/',
      '--database',
      gateway.url,
    ];
    expect(existsSync(path)).toBe(false);
    for (const _ of range(2)) await runHere(webhookCommand, args);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    renameSync(path, `${path}.lost`);
    writeFileSync(path, 'short');
    await expect(runHere(webhookCommand, args)).rejects.toThrow('it must hold 32 bytes in base64');
    await gateway.close();
  });

  test('that is lost is not replaced by a new endpoint, and one rotation is enough to go on', async () => {
    const receiver = await openReceiver();
    const allowed = [ALLOWED];
    const gateway = await openGateway('sqlite');
    const path = `${gateway.url.slice('sqlite:'.length)}.webhook-key`;
    const webhooks = { keyFile: { path, isDefault: true }, allowed, userAgent: 'Stockgate/test' };
    const sending = startWebhooks(gateway.store, gateway.inventory, webhooks, {
      clock: () => new Date(),
      logger: { warn: () => undefined, error: () => undefined },
      counts: undefined,
    });
    const run = (...args: string[]) => runHere(webhookCommand, [...args, '--database', gateway.url]);
    const named = ['--supplier', 'acme', '--url', receiver.url, '--webhook-allow', ALLOWED];
    const [id = ''] = (await run('create', ...named)).out.split('\t');
    renameSync(path, `${path}.lost`);
    await expect(run('create', ...named)).rejects.toThrow(`There is no webhook key at ${path}`);
    expect(existsSync(path)).toBe(false);
    receiver.secret = (await run('rotate', id)).out.trim();
    await updateFor(gateway.inventory, origin, [setSku('EACH', { quantityInStock: 77 })]);
    await eventually(() => expect(receiver.verified).toHaveLength(1));
    await sending.close();
    receiver.close();
    await gateway.close();
  });

  test('is required with PostgreSQL, and a file that is named must exist', async () => {
    expect(keyFileOf('postgres://a@b/c', undefined)).toBeNull();
    const gateway = await openGateway('sqlite');
    const args = [
      'create',
      '--supplier',
      'acme',
      '--url',
      'https://shop.example/',
      '--database',
      gateway.url,
    ];
    await expect(runHere(webhookCommand, [...args, '--webhook-key-file', '/no/such/file'])).rejects.toThrow(
      'There is no file /no/such/file. Webhook secrets are sealed',
    );
    await gateway.close();
  });
});
