/** The contract of managing webhook endpoints, on a store. */
import { randomUUID } from 'node:crypto';
import type { EndpointKey } from '../../domain/webhook/endpoint.ts';
import { pingIdOf } from '../../domain/webhook/message-id.ts';
import { createAddresses } from '../../webhook/addresses.ts';
import { describeUrlFault } from '../../webhook/endpoint-url.ts';
import type { Webhooks } from '../../domain/webhook/webhooks.ts';
import { sealSecret } from '../../webhook/secret.ts';
import { createSecret } from '../../webhook/sign.ts';
import type { Store } from '../store/store.ts';
import { readOrMakeKey, type KeyFile } from './key-file.ts';
import { isFirstEndpoint, listAttempts, listEndpoints } from './read-webhooks.ts';
import type { WriteWebhook } from './write-webhook.ts';

/** How a gateway manages and sends webhooks. It can be copied to other threads. */
export interface WebhookSettings {
  /** Where the key is that seals secrets. Null: nowhere, so no endpoint can be created. */
  readonly keyFile: KeyFile | null;
  /** Networks that may be sent to beside public addresses. */
  readonly allowed: readonly string[];
  readonly userAgent: string;
}

export function createWebhooks(
  store: Store,
  write: WriteWebhook,
  clock: () => Date,
  { keyFile, allowed }: Pick<WebhookSettings, 'keyFile' | 'allowed'>,
): Webhooks {
  const now = () => clock().toISOString();
  const list: Webhooks['list'] = async (supplierId) => {
    const { endpoints, lastPosition } = await listEndpoints(store, supplierId);
    return endpoints.map((endpoint) => ({ endpoint, lastPosition }));
  };
  const addresses = createAddresses(allowed);
  return {
    describeUrlFault: (url) => describeUrlFault(url, addresses),
    list,
    find: async ({ supplierId, endpointId }) =>
      (await list(supplierId)).find(({ endpoint }) => endpoint.endpointId === endpointId) ?? null,
    attempts: (key) => listAttempts(store, key),
    async create(supplierId, asked) {
      const key = { supplierId, endpointId: randomUUID() };
      const made = makeSecret(keyFile, key, await isFirstEndpoint(store));
      if (made === null) return 'NO_KEY';
      const isCreated = await write({ create: { ...key, ...asked, secret: made.sealed }, now: now() });
      return isCreated ? { key, secret: made.secret } : 'TOO_MANY';
    },
    change: (key, to) => write({ change: key, to, now: now() }),
    async rotate(key) {
      const made = makeSecret(keyFile, key, true);
      if (made === null) return 'NO_KEY';
      const isRotated = await write({ rotate: key, secret: made.sealed, now: now() });
      return isRotated ? { secret: made.secret } : null;
    },
    replay: (replay, behind) => write({ replay, behind }),
    async ping(ping) {
      const pingId = pingIdOf(ping, randomUUID());
      return (await write({ ping, pingId })) ? pingId : null;
    },
    remove: (remove) => write({ remove }),
  };
}

/** Null: there is no key, or none that is good. */
function makeSecret(keyFile: KeyFile | null, owner: EndpointKey, mayMake: boolean) {
  const secret = createSecret();
  try {
    return { secret, sealed: sealSecret(readOrMakeKey(keyFile, mayMake), owner, secret) };
  } catch {
    return null;
  }
}
