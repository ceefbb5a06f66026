/** A webhook endpoint for programs that run gateways as processes: its row in the store, its key file, its flags. */
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../../src/db/store/store.ts';
import { readKey } from '../../../src/db/webhook/key-file.ts';
import { createWriteWebhook } from '../../../src/db/webhook/write-webhook.ts';
import type { EndpointKey } from '../../../src/domain/webhook/endpoint.ts';
import { sealSecret } from '../../../src/webhook/secret.ts';
import { createSecret } from '../../../src/webhook/sign.ts';

export interface StormEndpoint {
  readonly key: EndpointKey;
  readonly secret: string;
  /** Flags of a gateway that can send to it. */
  readonly flags: readonly string[];
  /** Writes it to the store. */
  add(store: Store, url: string): Promise<void>;
}

/** `folder` gets the key file. */
export function prepareEndpoint(folder: string): StormEndpoint {
  const keyFile = join(folder, 'webhook-key');
  writeFileSync(keyFile, randomBytes(32).toString('base64'));
  const key = { supplierId: 'acme', endpointId: randomUUID() };
  const secret = createSecret();
  return {
    key,
    secret,
    flags: ['--webhook-key-file', keyFile, '--webhook-allow', '127.0.0.0/8'],
    async add(store, url) {
      const sealed = sealSecret(readKey({ path: keyFile, isDefault: false }), key, secret);
      await createWriteWebhook(store)({
        create: { ...key, url, filter: {}, secret: sealed },
        now: new Date().toISOString(),
      });
    },
  };
}
