/** Seals secrets for the store with AES-256-GCM, so that a stolen database signs no message. The key is kept outside the store. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EndpointKey } from '../domain/webhook/endpoint.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals the secret of this endpoint. Another endpoint's row cannot use the result. */
export function sealSecret(key: Buffer, owner: EndpointKey, secret: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(nameOf(owner));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Throws if it was sealed with another key, or for another endpoint. */
export function openSecret(key: Buffer, owner: EndpointKey, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const [nonce, rest] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)];
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(nameOf(owner)).setAuthTag(rest.subarray(0, TAG_BYTES));
  return decipher.update(rest.subarray(TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function nameOf({ supplierId, endpointId }: EndpointKey): Buffer {
  return Buffer.from(JSON.stringify(['stockgate webhook', supplierId, endpointId]));
}
