/** Content negotiation. Which bodies are read: JSON in UTF-8, and nothing compressed. How pages are sent: compressed, and with an ETag. */
import type { FastifyRequest } from 'fastify';

/** Django REST framework's JSON parser also accepts these patterns, which contain JSON. */
const jsonTypes = new Set(['application/json', 'application/*', '*/*']);

/** How pages are compressed, from the one that is preferred. */
export const encodings = ['br', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];

/** What a client is told whose body is compressed, at every door. */
export const COMPRESSED_BODY = 'Compressed bodies are not read. Send the body without Content-Encoding.';

/** Whether the body is declared as compressed, whatever the method. */
export function isCompressed({ headers }: FastifyRequest): boolean {
  return (headers['content-encoding'] ?? 'identity') !== 'identity';
}

/** Whether the body is declared as JSON in UTF-8 and not compressed. Every other body is answered 415. */
export function declaresJson(request: FastifyRequest): boolean {
  const { headers } = request;
  // Nearly all clients send exactly this.
  if (headers['content-type'] === 'application/json' && headers['content-encoding'] === undefined)
    return true;
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  return (
    jsonTypes.has(type.trim()) &&
    parameters.every((parameter) => isUtf8Charset(parameter.trim())) &&
    !isCompressed(request)
  );
}

function isUtf8Charset(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim() !== 'charset' || /^"?utf-?8"?$/.test(value.trim());
}

/** The best one that the client reads; a weight of 0 means that it does not (RFC 9110, 12.5.3). */
export function acceptedEncoding(header: string | string[] | undefined): Encoding | undefined {
  const accepted = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((entry) => entry.split(';').map((part) => part.trim()))
      .map(([name = '', weight]) => [name, !/^q=0(\.0*)?$/.test(weight ?? '')]),
  );
  return encodings.find((encoding) => accepted.get(encoding) ?? accepted.get('*'));
}

/** Whether a client that sends this If-None-Match has what has this ETag. */
export function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
