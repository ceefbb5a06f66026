/** Which bodies are read: JSON in UTF-8, and nothing compressed. */
import type { FastifyRequest } from 'fastify';

/** DRF's JSON parser is also chosen by the patterns that contain JSON. */
const jsonTypes = new Set(['application/json', 'application/*', '*/*']);

/** Whether the body is declared as JSON in UTF-8 and not compressed: all else is answered 415. */
export function declaresJson({ headers }: FastifyRequest): boolean {
  // What nearly all clients send.
  if (headers['content-type'] === 'application/json' && headers['content-encoding'] === undefined)
    return true;
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  return (
    jsonTypes.has(type.trim()) &&
    parameters.every((parameter) => isUtf8Charset(parameter.trim())) &&
    (headers['content-encoding'] ?? 'identity') === 'identity'
  );
}

function isUtf8Charset(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim() !== 'charset' || /^"?utf-?8"?$/.test(value.trim());
}
