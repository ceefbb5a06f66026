/** Signs messages as Standard Webhooks 1.0.0 describes it. */
import { createHmac, randomBytes } from 'node:crypto';

/** What the names of secrets begin with. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A new random secret, as it is shown to people. */
export function createSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The headers of one attempt. It has a signature for each secret, so that a receiver may know either. */
export function signedHeaders(
  secrets: readonly string[],
  messageId: string,
  now: Date,
  body: Buffer,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    const signed = createHmac('sha256', key).update(`${messageId}.${timestamp}.`).update(body);
    return `v1,${signed.digest('base64')}`;
  });
  return {
    'webhook-id': messageId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
