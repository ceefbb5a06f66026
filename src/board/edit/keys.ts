/** Idempotency keys. `crypto.randomUUID` would need TLS, and a shop's own network may have none. */
const BYTES = 16;

export function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return `board-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
