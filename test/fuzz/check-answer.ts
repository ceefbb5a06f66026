/** What must hold of every answer, whatever was asked. */
import type { Answer, Exchange } from './exchange.ts';

/** Words of a database, a stack or a file, none of which the fuzzer sends: an answer that has them tells of our insides. */
const leak =
  /sqlite|postgres|kysely|node_modules|\bsrc\/|\.[tj]s:\d|\bat \S{1,99} \(\S+:\d+:\d+\)|file:\/\/|node:|constraint|\bselect .+ from |insert into|_pkey|fastify|FST_|supplier_id/i;
/** Longest that one request may take. */
const MAX_MS = 5_000;

/** Everything that is wrong with what came back; empty: nothing. */
export function faultsOf({ answers, malformed, ms }: Exchange): string[] {
  return [
    ...(malformed === null ? [] : [`malformed: ${malformed}`]),
    ...(ms > MAX_MS ? [`slow: ${Math.round(ms)} ms`] : []),
    ...answers.flatMap(faultsOfAnswer),
  ];
}

function faultsOfAnswer({ status, headers, body }: Answer): string[] {
  const type = headers.get('content-type') ?? '';
  const text = body.toString();
  const isPage = type.startsWith('text/html');
  const seen = `${[...headers].join('\n')}\n${isPage ? '' : text}`;
  const leaked = leak.exec(seen)?.[0];
  const isBusy =
    (status === 503 && headers.has('retry-after')) || (status === 504 && text.includes('QUERY_TIMEOUT'));
  return [
    ...(status >= 500 && !isBusy ? [`status ${status}`] : []),
    ...(text.includes('INTERNAL_SERVER_ERROR') || text.includes('on our side') ? ['a fault of ours'] : []),
    ...(leaked === undefined ? [] : [`leaks: ${leaked}`]),
    ...(isPage || type.startsWith('text/event-stream') ? [] : faultsOfBody(status, type, text)),
  ];
}

function faultsOfBody(status: number, type: string, text: string): string[] {
  // HEAD has none, whatever it says; a preflight has none.
  if (text === '') return status === 204 || type !== '' ? [] : ['no body'];
  if (!/^application\/(?:graphql-response\+)?json; charset=utf-8$/.test(type)) return [`a type of ${type}`];
  const value = parse(text);
  return isKnown(value) ? [] : [`a body of no known shape: ${text.slice(0, 200)}`];
}

/** GraphQL's answers, the edge's, and the legacy door's: of an update, of a bulk call, of OPTIONS. */
function isKnown(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every((row: unknown) => hasText(row, 'message') && hasOwn(row, 'status_code'));
  }
  if (hasOwn(value, 'errors'))
    return Array.isArray(value.errors) && value.errors.every((e) => hasText(e, 'message'));
  return hasOwn(value, 'data') || hasText(value, 'message') || hasText(value, 'description');
}

function hasOwn<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function hasText(value: unknown, key: string): boolean {
  return hasOwn(value, key) && typeof value[key] === 'string' && value[key] !== '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
