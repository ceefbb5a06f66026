/** Checks what must hold for every answer, whatever the request was. */
import type { Answer, Exchange } from './exchange.ts';

/** Words from databases, stack traces and files. The fuzzer sends none of them, so an answer with one leaks internals. */
const leak =
  /sqlite|postgres|kysely|node_modules|\bsrc\/|\.[tj]s:\d|\bat \S{1,99} \(\S+:\d+:\d+\)|file:\/\/|node:|constraint|\bselect .+ from |insert into|_pkey|fastify|FST_|supplier_id/i;
/** The longest time that a request may take. */
const MAX_MS = 5_000;

/** Returns everything that is wrong with an exchange. */
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
  const isPage = pageTypes.test(type);
  const seen = `${[...headers].join('\n')}\n${isPage ? '' : text}`;
  const leaked = leak.exec(seen)?.[0];
  const isBusy =
    (status === 503 && headers.has('retry-after')) || (status === 504 && text.includes('QUERY_TIMEOUT'));
  return [
    ...(status >= 500 && !isBusy ? [`status ${status}`] : []),
    ...(text.includes('INTERNAL_SERVER_ERROR') || text.includes('on our side') ? ['a fault of ours'] : []),
    ...(leaked === undefined ? [] : [`leaks: ${leaked}`]),
    ...(isPage || isStream.test(type) ? [] : faultsOfBody(status, type, text)),
  ];
}

/** Pages and their files. Their texts are the project's own, and they may be compressed. */
const pageTypes = /^(?:text\/html|text\/css|text\/javascript|image\/svg\+xml)(?:;|$)/;
/** Live streams and exports: they are no JSON. */
const isStream = /^text\/(?:event-stream|csv)(?:;|$)/;
/** Statuses whose answers have no body: done, elsewhere, and not changed. */
const bare: ReadonlySet<number> = new Set([204, 301, 302, 304]);

function faultsOfBody(status: number, type: string, text: string): string[] {
  // Answers to HEAD (which have a type) have no body either.
  if (text === '') return bare.has(status) || type !== '' ? [] : ['no body'];
  // GraphiQL is for people. So is the word that it is sent compressed only.
  if (status === 406 && type.startsWith('text/plain')) return [];
  if (!/^application\/(?:graphql-response\+)?json; charset=utf-8$/.test(type)) return [`a type of ${type}`];
  const value = parse(text);
  return isKnown(value) ? [] : [`a body of no known shape: ${text.slice(0, 200)}`];
}

/** Whether the body has a documented shape: of GraphQL, of an edge error, of a session or a feed, or of a legacy update, bulk call or OPTIONS. */
function isKnown(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every((row: unknown) => hasText(row, 'message') && hasOwn(row, 'status_code'));
  }
  if (hasOwn(value, 'errors'))
    return Array.isArray(value.errors) && value.errors.every((e) => hasText(e, 'message'));
  if (hasOwn(value, 'signedIn') || (hasText(value, 'id') && hasText(value, 'state'))) return true;
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
