/** Signatures, as the library of the specification verifies them, and secrets that are sealed for the store. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { openSecret, sealSecret } from '../../src/webhook/secret.ts';
import { createSecret, signedHeaders } from '../../src/webhook/sign.ts';

const body = Buffer.from('{"type":"inventory.changed","data":{"reason":"Zählung 店 😀"}}');
const now = () => new Date();
const [secret, other] = [createSecret(), createSecret()];
const signed = (secrets = [secret], at = now()) => ({ ...signedHeaders(secrets, 'acme_e_0_1-2', at, body) });

test('a secret is 32 random bytes', () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(secret).not.toBe(other);
});

test('the library of the specification accepts what we sign', () => {
  const headers = signed();
  expect(headers).toMatchObject({ 'webhook-id': 'acme_e_0_1-2' });
  expect(headers['webhook-timestamp']).toMatch(/^\d{10}$/);
  expect(new Webhook(secret).verify(body.toString(), headers)).toEqual(JSON.parse(body.toString()));
});

test('during a rotation both secrets verify the same message', () => {
  const headers = signed([other, secret]);
  for (const known of [secret, other]) new Webhook(known).verify(body.toString(), headers);
  expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
});

test.each([
  ['a wrong secret', () => new Webhook(other).verify(body.toString(), signed())],
  ['a timestamp of 6 minutes ago', () => verifyAt(-360_000)],
  ['a timestamp ahead', () => verifyAt(360_000)],
  [
    'another ID',
    () => new Webhook(secret).verify(body.toString(), { ...signed(), 'webhook-id': 'acme_e_0_1-3' }),
  ],
  [
    'another timestamp',
    () =>
      new Webhook(secret).verify(body.toString(), { ...signed(), 'webhook-timestamp': timestampOf(1_000) }),
  ],
])('%s is refused', (_what, verify) => {
  expect(verify).toThrow(/No matching signature|Message timestamp/);
});

test('each byte of the body counts', () => {
  const text = body.toString('latin1');
  const headers = signed();
  for (const i of [0, 10, text.length - 1]) {
    const changed = `${text.slice(0, i)}#${text.slice(i + 1)}`;
    expect(() => new Webhook(secret).verify(Buffer.from(changed, 'latin1').toString(), headers)).toThrow(
      'No matching signature',
    );
  }
});

const timestampOf = (ms: number) => String(Math.floor((now().getTime() + ms) / 1_000));
const verifyAt = (ms: number) =>
  new Webhook(secret).verify(body.toString(), signed([secret], new Date(now().getTime() + ms)));

const owner = { supplierId: 'acme', endpointId: 'e' };
const key = randomBytes(32);

test('a sealed secret is opened with its key, for its endpoint', () => {
  const sealed = sealSecret(key, owner, secret);
  expect(openSecret(key, owner, sealed)).toBe(secret);
  expect(sealed).not.toContain(secret.slice(6, 20));
  expect(sealSecret(key, owner, secret)).not.toBe(sealed);
});

test('and not with another key, for another endpoint, or after a change', () => {
  const sealed = sealSecret(key, owner, secret);
  const bytes = Buffer.from(sealed, 'base64');
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  const refused = [
    () => openSecret(randomBytes(32), owner, sealed),
    () => openSecret(key, { ...owner, endpointId: 'f' }, sealed),
    () => openSecret(key, { ...owner, supplierId: 'rival' }, sealed),
    () => openSecret(key, owner, bytes.toString('base64')),
    () => openSecret(key, owner, ''),
  ];
  for (const open of refused)
    expect(open).toThrow(/unable to authenticate|Invalid (?:authentication tag|initialization vector|IV)/i);
});
