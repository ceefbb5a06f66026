/** Which URLs an endpoint can have. Where they lead is checked when a message is sent. */
import { MAX_URL_LENGTH } from './endpoint.ts';

/** What is wrong with the URL, as a sentence that says what to give; null if nothing is. `allowsHttp`: the operator allows addresses by name. */
export function describeUrlFault(text: string, allowsHttp: boolean): string | null {
  if (text.length > MAX_URL_LENGTH) return `The URL must have at most ${MAX_URL_LENGTH} characters.`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) return 'Give a whole URL such as https://shop.example.com/stock.';
  if (url.protocol !== 'https:' && !(allowsHttp && url.protocol === 'http:'))
    return 'The URL must begin with https://. Use http:// only for addresses that the operator allows with --webhook-allow.';
  if (url.username !== '' || url.password !== '')
    return 'The URL must have no user and no password. Check the signature in their place.';
  if (url.hash !== '') return 'The URL must have no fragment (#): it would not be sent.';
  return null;
}
