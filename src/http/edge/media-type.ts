/** Which bodies are read: JSON in UTF-8, and nothing compressed. */
import type { FastifyRequest } from 'fastify';

/** Django REST framework's JSON parser also accepts these patterns, which contain JSON. */
const jsonTypes = new Set(['application/json', 'application/*', '*/*']);

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
