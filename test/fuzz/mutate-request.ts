/** Makes the mutated request for a seed and an index: a recorded request with one to four mutations of its body, headers or path. */
import { boardHeaders, boardPaths } from './board-requests.ts';
import { makeLarge } from './large-request.ts';
import { mutateBytes, splice } from './mutate-bytes.ts';
import { mutateDocument } from './mutate-document.ts';
import { mutateJson, parseJson } from './mutate-json.ts';
import { createRandom, type Random } from './random.ts';
import { recordedRequests, toBytes, type Door, type Header, type WireRequest } from './wire-request.ts';

const LARGE_ONE_IN = 50;
/** Gives large requests their own random numbers, so that the other requests stay the same if large ones change. */
const LARGE_SEED = 0x5eed;
/** The size of the largest padding. It is above the limit of both doors. */
const HUGE_BYTES = 8 * 1_048_576 + 1;

const headerValues: Readonly<Record<string, readonly string[]>> = {
  'Content-Type': [
    ...[
      '',
      'application/json',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'text/json',
    ],
    ...[
      'application/json; charset=utf-16',
      'text/plain',
      'application/x-www-form-urlencoded',
      '*/*',
      'application/*',
    ],
    ...[
      'multipart/form-data; boundary=x',
      'application/graphql',
      'application/json;',
      ';',
      'a'.repeat(9_000),
      '\xff/\xff',
    ],
    ...[
      'application/json; charset',
      'application/json; charset=utf-8; charset=latin-1',
      'application/json, text/plain',
    ],
  ],
  'Content-Encoding': ['gzip', 'identity', 'br', '', 'gzip, gzip', 'utf-8'],
  Accept: [
    ...['*/*', 'application/json', 'application/graphql-response+json', 'text/html', 'text/event-stream', ''],
    ...[
      'multipart/mixed',
      'application/*;q=0',
      'text/html;q=1, */*;q=0.1',
      ',',
      '*/*'.repeat(900),
      'a/b;c="',
    ],
  ],
  'Idempotency-Key': [
    '',
    'a',
    'k',
    'bulk-1',
    'x'.repeat(255),
    'x'.repeat(256),
    '\xff',
    '__proto__',
    '"quoted"',
    'a\tb',
  ],
  'If-Match': [
    '*',
    '"0"',
    '"3"',
    'W/"3"',
    '3',
    '"999999999"',
    '"9999999999"',
    '"a"',
    '"0", "1"',
    '',
    '"-1"',
    '\xff',
  ],
  Authorization: [
    ...['', 'Token', 'Bearer', 'Token  ', 'Token unknown', 'Bearer view-only-token', 'Token edit-only-token'],
    ...[
      'Token retailer-token',
      'Bearer expired-token',
      'Token \xff\xfe',
      'Token a b',
      `Token ${'a'.repeat(9_000)}`,
    ],
    ...['Basic OmE=', 'token __proto__', 'Bearer constructor', "Token ' or 1=1 --", 'Digest username="a"'],
  ],
  Host: ['', 'a b', 'localhost:99999', '[::1', 'evil.example', '\xff'],
  Origin: ['null', 'https://evil.example', 'https://dashboard.example', ''],
  'X-Request-Id': ['a', '${jndi:x}', 'x'.repeat(65), '', '\xff'],
  Expect: ['100-continue', 'x', '100-CONTINUE', ''],
  Cookie: ['a=b', '__proto__=1', '\xff'],
  'Transfer-Encoding': ['chunked', 'gzip, chunked', 'x', 'identity', 'chunked, chunked'],
  'Content-Length': ['0', '1', '-1', '1e3', '99999999', '18446744073709551616', '0x10', ''],
  Upgrade: ['websocket', 'h2c', ''],
  Range: ['bytes=0-1', ''],
  'X-HTTP-Method-Override': ['DELETE', 'PUT'],
};

const methods = [
  ...[
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'QUERY',
    'PROPFIND',
    'LOCK',
  ],
  ...['post', 'PRI', 'SOURCE', 'M-SEARCH', 'X', ''],
];
const paths = [
  ...[
    '/graphql',
    '/graphql/',
    '//graphql',
    '/GraphQL',
    '/graphql%00',
    '/%67raphql',
    '/graphql#a',
    '/graphql?',
    '/',
    '*',
  ],
  ...[
    '/graphql?query=%zz',
    '/graphql?query={__typename}',
    '/graphql?query=%7B__typename%7D&query=1',
    '/graphql?variables=[',
  ],
  ...[
    '/graphql?query=mutation%7B__typename%7D',
    '/graphql?__proto__[a]=1',
    '/graphql?extensions=%7B%7D',
    '/graphql?%ff=%ff',
  ],
  ...[
    'http://evil.example/graphql',
    'http://[::1/graphql',
    '/../graphql',
    '/graphql/..%2f..%2f',
    `/${'a'.repeat(9_000)}`,
  ],
  ...[
    '/timp/products/skus/inventory',
    '/timp/products/skus/inventory/bulk/',
    '/timp/products/skus/inventory//bulk',
  ],
  ...[
    '/timp/products/skus/inventory/?format=xml',
    '/timp/%zz',
    '/timp/products/skus/inventory/%2e%2e/',
    '/timp/\xff',
    '',
  ],
];

type Mutate = (request: WireRequest, random: Random, other: WireRequest) => WireRequest;

const changeHeaderTo = (table: typeof headerValues) => (request: WireRequest, random: Random) => {
  const [name, values] = random.pick(Object.entries(table));
  const header: Header = [random.oneIn(8) ? name.toUpperCase() : name, random.pick(values)];
  const others = request.headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
  const change = random.below(6);
  if (change === 0) return { ...request, headers: others };
  return { ...request, headers: change === 1 ? [...request.headers, header] : [...others, header] };
};
const changeHeader: Mutate = changeHeaderTo(headerValues);
const changeJson: Mutate = (request, random) => {
  const text = mutateJson(request.body.toString(), random);
  return { ...request, body: text === undefined ? mutateBytes(request.body, random) : Buffer.from(text) };
};
const changeDocument: Mutate = (request, random, other) => {
  const params = readParams(request);
  if (typeof params?.['query'] !== 'string') return changeJson(request, random, other);
  const borrowed = readParams(other)?.['query'];
  const query = mutateDocument(params['query'], typeof borrowed === 'string' ? borrowed : '', random);
  return { ...request, body: Buffer.from(JSON.stringify({ ...params, query })) };
};
const changeBytes: Mutate = (request, random) => ({ ...request, body: mutateBytes(request.body, random) });

/** Mutations that find more faults are listed several times, so that they are chosen more often. */
const mutations: Readonly<Record<Door, readonly Mutate[]>> = {
  graphql: [
    changeDocument,
    changeDocument,
    changeDocument,
    changeJson,
    changeJson,
    changeBytes,
    changeHeader,
  ],
  legacy: [
    changeJson,
    changeJson,
    changeJson,
    changeJson,
    changeBytes,
    changeBytes,
    changeHeader,
    changeHeader,
  ],
  board: [
    ...[changeDocument, changeJson, changeJson, changeBytes, changeHeader],
    ...Array<Mutate>(5).fill(changeHeaderTo(boardHeaders)),
    (request, random) => ({ ...request, path: random.pick(boardPaths) }),
    (request, random) => ({
      ...request,
      path: mutateBytes(Buffer.from(request.path), random).toString('latin1'),
    }),
    (request, random) => ({ ...request, method: random.pick(methods) }),
  ],
};
const rareMutations: readonly Mutate[] = [
  (request, random) => ({ ...request, method: random.pick(methods) }),
  (request, random) => ({ ...request, path: random.pick(paths) }),
  (request, random, other) => ({ ...request, body: splice(request.body, other.body, random) }),
  (request, _random, other) => ({ ...request, body: other.body }),
];

/** Returns the bytes of request number `index`. They depend only on the door, the seed and the index. */
export function requestOf(door: Door, seed: number, index: number): Buffer {
  const large = createRandom(seed ^ LARGE_SEED, index);
  if (large.oneIn(LARGE_ONE_IN)) return toBytes(makeLarge(door, large));
  const random = createRandom(seed, index);
  let request = random.pick(recordedRequests[door]);
  for (let i = random.below(4); i >= 0; i--) {
    const mutate = random.pick(random.oneIn(12) ? rareMutations : mutations[door]);
    request = mutate(request, random, random.pick(recordedRequests[door]));
  }
  if (random.oneIn(500)) {
    const padding = Buffer.alloc(random.pick([1_048_576, 1_048_577, HUGE_BYTES]), ' ');
    request = { ...request, body: Buffer.concat([request.body, padding]) };
  }
  const bytes = toBytes(request);
  return random.oneIn(30) ? mutateBytes(bytes, random) : bytes;
}

function readParams({ body }: WireRequest): Record<string, unknown> | undefined {
  const params = parseJson(body.toString());
  return typeof params === 'object' && params !== null && !Array.isArray(params) ? { ...params } : undefined;
}
