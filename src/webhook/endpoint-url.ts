/** Which URLs an endpoint can have. Where a host name leads is checked when a message is sent. */
import { isIP } from 'node:net';
import { MAX_URL_LENGTH } from '../domain/webhook/endpoint.ts';
import type { Addresses } from './addresses.ts';

/** What is wrong with the URL, as a sentence that says what to give; null if nothing is. */
export function describeUrlFault(text: string, addresses: Addresses): string | null {
  if (text.length > MAX_URL_LENGTH) return `The URL must have at most ${MAX_URL_LENGTH} characters.`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) return 'Give a whole URL such as https://shop.example.com/stock.';
  if (url.protocol !== 'https:' && !(addresses.hasExceptions && url.protocol === 'http:'))
    return 'The URL must begin with https://. Use http:// only for addresses that the operator allows with --webhook-allow.';
  if (url.username !== '' || url.password !== '')
    return 'The URL must have no user and no password. Check the signature in their place.';
  if (url.hash !== '') return 'The URL must have no fragment (#): it would not be sent.';
  const address = literalAddress(url);
  return address === null ? null : addresses.refusal(address, url.protocol === 'https:');
}

/** The IP address that stands in the URL itself; null if a name does. */
export function literalAddress({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}
