/** Real gateways that are killed under steady updates, while a receiver of webhooks fails at random. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { createWriteWebhook } from '../../../src/db/webhook/write-webhook.ts';
import type { EndpointKey } from '../../../src/domain/webhook/endpoint.ts';
import { createRandom, type Random } from '../../crash/random.ts';
import { startGateway, type RunningGateway } from '../../support/machine/process.ts';
import { CLIENT_TOKEN, mutations, seedDatabase } from '../../support/mutations.ts';
import { range } from '../../support/range.ts';
import { makeFolder } from '../../support/stores/databases.ts';
import { prepareEndpoint } from './storm-endpoint.ts';
import { openUnrulyReceiver, type UnrulyReceiver } from './unruly-receiver.ts';

export interface StormOptions {
  readonly url: string;
  readonly gateways: number;
  readonly seconds: number;
  readonly kills: number;
  readonly updatesPerSecond: number;
  readonly seed: number;
  /** Whether the receiver also hangs, for 20 seconds each time. */
  readonly hangs: boolean;
}

export interface StormReport {
  readonly changes: number;
  readonly received: number;
  readonly counts: UnrulyReceiver['counts'];
  readonly faults: readonly string[];
}

/** Waits of retries are lifted so often, in milliseconds: they are of minutes and hours. */
const LIFT_MS = 1_000;
/** How long the rest may take at the end, in milliseconds. A lease of a killed gateway is free after 12 seconds. */
const REST_MS = 90_000;

export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { url, seconds, kills, seed } = options;
  const folder = makeFolder();
  const random = createRandom(seed);
  const skuIds = range(20).map((n) => `sku-${n}`);
  await seedDatabase(
    url,
    skuIds.map((skuId) => ({ skuId })),
  );
  const store = await openStore(url);
  const { key, ...endpoint } = prepareEndpoint(folder.path);
  const receiver = await openUnrulyReceiver(endpoint.secret, random, options.hangs);
  await endpoint.add(store, receiver.url);
  const flags = [...endpoint.flags, '--log-level', 'silent', '--rate-limit', '0'];
  const start = () => startGateway(url, ...flags);
  const gateways = await Promise.all(range(options.gateways).map(start));
  const over = new AbortController();
  const working = [
    updateSteadily(gateways, skuIds, options.updatesPerSecond, over.signal),
    liftWaits(store, key, over.signal),
    closeNowAndThen(receiver, random, over.signal),
  ];
  try {
    for (const n of range(kills)) {
      await sleep((1_000 * seconds) / (kills + 1));
      const i = n % gateways.length;
      await gateways[i]?.stop('SIGKILL');
      gateways[i] = await start();
    }
    await sleep((1_000 * seconds) / (kills + 1));
    over.abort();
    await Promise.all(working);
    receiver.calmDown();
    const changes = await untilRested(store, key);
    return { changes, received: receiver.last(), counts: receiver.counts, faults: receiver.faults };
  } finally {
    over.abort();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    receiver.close();
    await store.close();
    folder.remove();
  }
}

/** Sends updates to all gateways in turn. What fails is not sent again: the log of changes says what was stored. */
async function updateSteadily(
  gateways: readonly RunningGateway[],
  skuIds: readonly string[],
  perSecond: number,
  stop: AbortSignal,
): Promise<void> {
  const under: Promise<unknown>[] = [];
  for (let n = 1; !stop.aborted; n++) {
    const { origin } = gateways[n % gateways.length] ?? {};
    const input = { identifier: { skuId: skuIds[n % skuIds.length] }, quantityInStock: n };
    const sent = fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: mutations.update, variables: { input } }),
    });
    under.push(sent.then((response) => response.text()).catch(() => undefined));
    await sleep(1_000 / perSecond);
  }
  await Promise.all(under);
}

/** Enabling an endpoint lets its dispatcher try again at once. */
async function liftWaits(store: Store, key: EndpointKey, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await lift(store, key);
    await sleep(LIFT_MS);
  }
}

async function lift(store: Store, key: EndpointKey): Promise<void> {
  const now = new Date().toISOString();
  await createWriteWebhook(store)({ change: key, to: { isEnabled: true }, now });
}

async function closeNowAndThen(receiver: UnrulyReceiver, random: Random, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await sleep(3_000 + random.below(5_000), undefined, { signal: stop }).catch(() => undefined);
    if (!stop.aborted) await receiver.closeFor(random.below(1_500));
  }
}

/** Resolves to the number of changes once the endpoint has accepted all. */
async function untilRested(store: Store, key: EndpointKey): Promise<number> {
  for (const started = performance.now(); ; await sleep(LIFT_MS)) {
    const { last_position: changes } = await store.db
      .selectFrom('supplier')
      .select('last_position')
      .where('supplier_id', '=', key.supplierId)
      .executeTakeFirstOrThrow();
    const { position } = await store.db
      .selectFrom('webhook_endpoint')
      .select('position')
      .where('endpoint_id', '=', key.endpointId)
      .executeTakeFirstOrThrow();
    if (position === changes) return changes;
    if (performance.now() - started > REST_MS)
      throw new Error(`The endpoint is at ${position} of ${changes} changes.`);
    await lift(store, key);
  }
}
