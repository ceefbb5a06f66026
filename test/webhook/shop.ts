/** A store with a supplier, webhook endpoints, and a receiver that a test answers for. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { createDeliveries, listAttempts } from '../../src/db/webhook/read-webhooks.ts';
import type { Deliveries, Delivery, EndpointKey, WebhookFilter } from '../../src/domain/webhook/endpoint.ts';
import type { WebhookDisabled, WebhookFailing } from '../../src/webhook/deliver.ts';
import { startDispatcher } from '../../src/webhook/dispatch.ts';
import type { Send, WebhookRequest } from '../../src/webhook/attempt.ts';
import { openSecret, sealSecret } from '../../src/webhook/secret.ts';
import { createSecret } from '../../src/webhook/sign.ts';
import { indices } from '../support/range.ts';
import { setSku, updateFor } from '../support/requests.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
export const sealingKey = randomBytes(32);

/** A message as a receiver reads it. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly request: WebhookRequest;
  readonly positions: readonly number[];
}

export function read(request: WebhookRequest): Received {
  const body = request.body.toString();
  const { data } = JSON.parse(body) as { data: { changes?: { id: string }[] } };
  const positions = (data.changes ?? []).map(({ id }) => Number(id));
  return { id: request.headers['webhook-id'] ?? '', body, request, positions };
}

/** What a receiver answers; an error is a broken connection. */
export type Answer = (message: Received) => number | Promise<number>;

export interface Running {
  readonly received: Received[];
  readonly disabled: WebhookDisabled[];
  readonly failing: WebhookFailing[];
  readonly failed: unknown[];
  wake(): void;
  /** In order, or as if the process had been killed: nothing more is written. */
  stop(how?: 'killed'): Promise<void>;
}

export interface Shop {
  readonly url: string;
  readonly store: Store;
  readonly inventory: OpenInventory;
  readonly deliveries: Deliveries;
  /** The wall clock of dispatchers. */
  now: number;
  add(filter?: WebhookFilter): Promise<EndpointKey>;
  /** Makes so many changes of a SKU, one in each transaction or all in one. */
  change(count: number, skuId?: string): Promise<void>;
  load(key: EndpointKey): Promise<Delivery>;
  /** Starts a dispatcher. */
  run(answer: Answer, timeoutMs?: number): Running;
  /** Stops every dispatcher, so that one of a test that failed takes no message of the next test. */
  stopAll(): Promise<void>;
  close(): Promise<void>;
}

export async function openShop(kind: StoreKind): Promise<Shop> {
  const database = await createTestDatabase(kind);
  const store = await openStore(database.url);
  const clock = () => new Date();
  const inventory = createInventory(store, clock);
  await saveSupplier(store, 'acme', clock());
  await createCatalog(store, clock).save(
    { supplierId: 'acme', actor: 'seed' },
    ['A', 'B'].map((skuId) => ({ skuId })),
  );
  let quantity = 0;
  const started: Running[] = [];
  const shop: Shop = {
    ...{ url: database.url, store, inventory, now: Date.now() },
    deliveries: createDeliveries(store, inventory.writeWebhook, () => new Date(shop.now)),
    async add(filter = {}) {
      const key = { supplierId: 'acme', endpointId: randomUUID() };
      const secret = sealSecret(sealingKey, key, createSecret());
      const create = { ...key, url: 'https://shop.example/hook', filter, secret };
      await inventory.writeWebhook({ create, now: clock().toISOString() });
      return key;
    },
    async change(count, skuId = 'A') {
      const rows = indices(count).map(() => setSku(skuId, { quantityInStock: ++quantity }));
      await updateFor(inventory, origin, rows);
    },
    async load(key) {
      const endpoint = await shop.deliveries.load(key);
      if (!endpoint) throw new Error('The endpoint is gone.');
      return endpoint;
    },
    run(answer, timeoutMs) {
      const running = run(shop, answer, timeoutMs);
      started.push(running);
      return running;
    },
    async stopAll() {
      await Promise.all(started.splice(0).map((running) => running.stop()));
    },
    async close() {
      await inventory.close();
      await store.close();
      await database.remove();
    },
  };
  return shop;
}

function run(shop: Shop, answer: Answer, timeoutMs = 20_000): Running {
  const [received, failed] = [[] as Received[], [] as unknown[]];
  const [disabled, failing] = [[] as WebhookDisabled[], [] as WebhookFailing[]];
  const [stop, stopNow] = [new AbortController(), new AbortController()];
  let isKilled = false;
  const send: Send = async (request) => {
    const message = read(request);
    received.push(message);
    const aborted = new Promise<never>((_, reject) =>
      request.signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
    return { status: await Promise.race([answer(message), aborted]), text: 'answer' };
  };
  const deliveries = Object.fromEntries(
    Object.entries(shop.deliveries).map(([name, method]: [string, (...args: never[]) => unknown]) => [
      name,
      // A process that was killed writes nothing.
      (...args: never[]) => (isKilled ? new Promise(() => undefined) : method(...args)),
    ]),
  ) as unknown as Deliveries;
  const dispatcher = startDispatcher({
    deliveries,
    changesWindow: shop.inventory.changesWindow,
    marksAt: shop.inventory.marksAt,
    send,
    openSecret: (owner, sealed) => openSecret(sealingKey, owner, sealed),
    clock: () => new Date(shop.now),
    monotonic: () => performance.now(),
    random: () => 0.5,
    timeoutMs,
    stop: stop.signal,
    stopNow: stopNow.signal,
    told: {
      attempted: () => undefined,
      disabled: (endpoint) => void disabled.push(endpoint),
      failing: (endpoint) => void failing.push(endpoint),
      failed: (error) => void failed.push(error),
    },
  });
  shop.inventory.observe({ committed: () => dispatcher.wake(), failed: () => undefined });
  return {
    ...{ received, disabled, failing, failed },
    wake: dispatcher.wake,
    async stop(how) {
      isKilled ||= how === 'killed';
      stop.abort();
      stopNow.abort();
      if (!isKilled) await dispatcher.ended;
    },
  };
}

/** The outcomes of the endpoint's attempts, oldest first. */
export async function outcomesOf({ store }: Shop, key: EndpointKey): Promise<string[]> {
  return (await listAttempts(store, key)).map(({ outcome }) => outcome).toReversed();
}
