/** The requests to the board's paths that the fuzzer mutates, and odd headers and paths for them. */
import { tokens } from '../support/gateway.ts';
import { exchanges, toHttp, type Exchange } from '../support/graphql/exchanges.ts';
import type { Header, WireRequest } from './wire-request.ts';

/** Stand-ins for what only the running gateway knows. They have the length of what replaces them, but for the file's name. */
export const SECRET = 'a-session-that-the-gateway-has-not-begun-01';
export const FEED_ID = '00000000-0000-4000-8000-0000000000fe';
export const FILE = 'a-file-of-the-page.js';

const COOKIE = `stockgate_session=${SECRET}`;
const ORIGIN = 'http://localhost';
const JSON_TYPE = 'application/json';

function request(method: string, path: string, body = '', headers: readonly Header[] = []): WireRequest {
  const own: readonly Header[] = [
    ['Host', 'localhost'],
    ['Origin', ORIGIN],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Cookie', COOKIE],
    ['Content-Type', JSON_TYPE],
  ];
  const isGiven = ([name]: Header) => headers.some(([given]) => given === name);
  return {
    method,
    path: `/board${path}`,
    headers: [...own.filter((header) => !isGiven(header)), ...headers],
    body: Buffer.from(body),
  };
}

const page: Header = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'];
const csv: Header = ['Content-Type', 'text/csv'];
const waiting: Header = ['Prefer', 'wait=1'];
const FOLLOW = 'subscription { inventoryChanged(after: "WzFd") { cursor change { skuId } } }';
const GROUPS =
  '{ inventoryChangeGroups(first: 50) { nodes { groupId changeCount feed { filename state } } } }';
const asked = (exchange: Exchange, ...headers: Header[]) =>
  request('POST', '/graphql', toHttp(exchange).body, headers);

/** Every fifth of the recorded GraphQL requests, so that they do not outweigh the paths that only the board has. */
const graphql = Object.values(exchanges)
  .filter(({ method = 'POST', headers }, i) => i % 5 === 0 && method === 'POST' && !headers)
  .map((exchange) => asked(exchange));

export const boardRequests: readonly WireRequest[] = [
  ...graphql,
  asked({ query: GROUPS }),
  asked({ query: '{ viewer { supplier tokenName permissions expiresAt } inventoryChangesCursor }' }),
  asked({ query: FOLLOW }, ['Accept', 'text/event-stream']),
  request('GET', `/graphql?query=${encodeURIComponent(GROUPS)}`),
  request('GET', '/session'),
  request('HEAD', '/session'),
  ...[tokens.full, tokens.view, tokens.edit, tokens.expired, 'unknown'].map((token) =>
    request('POST', '/session', JSON.stringify({ token })),
  ),
  request('DELETE', '/session'),
  request('GET', '', '', [page]),
  request('GET', '/', '', [page]),
  request('GET', '/activity?source=FEED', '', [page]),
  request('GET', `/${FILE}`, '', [['Accept-Encoding', 'br, gzip']]),
  request('HEAD', `/${FILE}`, '', [['If-None-Match', '*']]),
  request('GET', '/feeds/inventory.csv?search=a'),
  request('GET', `/feeds/inventory/${FEED_ID}`),
  request('GET', `/feeds/inventory/${FEED_ID}/rejected.csv`),
  ...['dryRun=true', 'filename=a.csv&reason=count', 'mode=full', 'mode=full&allowZeroing=99'].map((asks) =>
    request('POST', `/feeds/inventory?${asks}`, 'sku_id,quantity_in_stock\nEACH,4\nno-such,1\nGONE,x\n', [
      ...[csv, waiting],
      ['Idempotency-Key', `file ${asks}`],
    ]),
  ),
];

/** A large file for the feeds' door. */
export function largeFile(bytes: number): WireRequest {
  const row = 'no-such-sku,1\n';
  const body = `sku_id,quantity_in_stock\n${row.repeat(bytes / row.length)}`;
  return request('POST', '/feeds/inventory?dryRun=true', body, [csv]);
}

/** The same large request, as the board's page sends it. */
export function sentByPage({ body }: WireRequest): WireRequest {
  return request('POST', '/graphql', body.toString());
}

const other = SECRET.replace('01', '02');
export const boardHeaders: Readonly<Record<string, readonly string[]>> = {
  Cookie: [
    ...[COOKIE, `${COOKIE}; ${COOKIE}`, `${COOKIE};stockgate_session=${other}`, `__Host-${COOKIE}`, ''],
    ...[`__Host-stockgate_session=${other}; ${COOKIE}`, `stockgate_session="${SECRET}"`, `${COOKIE}=`],
    ...[`${COOKIE}x`, 'stockgate_session', 'stockgate_session=', '=', ';', '=;=', '__proto__=1', '\xff'],
    ...[`stockgate_session=${'é'.repeat(43)}`, `STOCKGATE_SESSION=${SECRET}`, `\t${COOKIE}\t`],
    ...[';'.repeat(9_000), 'a=b; '.repeat(1_800) + COOKIE, `stockgate_session=${'a'.repeat(9_000)}`],
    Array.from({ length: 90 }, (_, n) => `stockgate_session=${SECRET.slice(0, -2)}${n + 10}`).join(';'),
  ],
  Origin: [
    ...[ORIGIN, 'https://localhost', 'http://localhost:80', 'HTTP://LOCALHOST', 'http://localhost/', 'null'],
    ...['', 'localhost', 'http://', 'https://evil.example', 'http://localhost@evil.example', '\xff', 'a b'],
    ...['file://', 'http://localhost http://localhost', `http://${'a'.repeat(9_000)}`],
  ],
  'Sec-Fetch-Site': ['same-origin', 'none', 'same-site', 'cross-site', '', 'same-origin, none', '\xff'],
  'Content-Type': [
    ...[JSON_TYPE, 'text/csv', 'text/csv; charset=utf-16', 'text/plain', '', '\xff', 'multipart/form-data'],
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  'Accept-Encoding': [
    'br',
    'gzip',
    'br;q=0, gzip',
    '*',
    'identity;q=0',
    'gzip;q=x',
    '',
    ',',
    'br,'.repeat(900),
  ],
  'If-None-Match': ['*', '"a"', 'W/"a"', '"a", "b"', '', '"', '\xff', '"a",'.repeat(900)],
  'If-Modified-Since': ['Sun, 29 Nov 2026 08:00:00 GMT', '0', ''],
  Prefer: ['wait=1', 'wait=0', 'wait=-1', 'wait=x', 'wait', 'respond-async', 'wait=1, wait=2', '', '\xff'],
  'X-Forwarded-Proto': ['https', 'https,http', ''],
  'X-Forwarded-Host': ['evil.example', ''],
};

export const boardPaths: readonly string[] = [
  ...[
    '/board',
    '/board?',
    '/board?a=%zz',
    '//board/',
    '/board//',
    '/Board/',
    '/board/%00',
    '/board/%zz',
    '/boardx',
  ],
  ...['/board/index.html', `/board/${FILE}`, `/board/x/${FILE}`, `/board/${FILE}/`, '/board/.', '/board/..'],
  ...[
    '/board/../graphql',
    '/board/..%2fgraphql',
    '/board/%2e%2e/%2e%2e/etc/passwd',
    '/board/..\\..\\package.json',
  ],
  ...['/board/sku/a.b', '/board/sku/%F0%9F%99%82', '/board/\xff', '/board/__proto__', '/board/constructor'],
  ...[`/board/${'a/'.repeat(4_000)}`, `/board/${'%2e'.repeat(2_000)}`, `/board/?${'a=b&'.repeat(2_000)}`],
  ...['/board/session/', '/board/session?a=b', '/board/session/x', '/board/%73ession', '/board/session%00'],
  ...[
    '/board/graphql/',
    '/board/graphql?query=%7B__typename%7D',
    '/board/graphql?query=%zz',
    '/board/graphql/x',
  ],
  ...['/board/graphql?query=mutation%7B__typename%7D', '/board/graphql?variables=['],
  ...['/board/feeds', '/board/feeds/', '/board/feeds/inventory/', '/board/feeds/inventory?mode=x'],
  ...[
    '/board/feeds/inventory?dryRun=true&dryRun=true',
    '/board/feeds/inventory?filename=%00',
    '/board/feeds/x',
  ],
  ...['/board/feeds/inventory?asOf=9999999-01-01', '/board/feeds/inventory?__proto__=1'],
  ...[
    '/board/feeds/inventory.csv?search=%25',
    '/board/feeds/inventory.csv?columns=x',
    '/board/feeds/inventory.csv/',
  ],
  ...[`/board/feeds/inventory/${FEED_ID}`, `/board/feeds/inventory/${FEED_ID}/rejected.csv`],
  ...[`/board/feeds/inventory/${FEED_ID}/..`, `/board/feeds/inventory/${FEED_ID.toUpperCase()}`],
  ...['/board/feeds/inventory/..%2f..%2fstockgate.db', '/board/feeds/inventory/x/rejected.csv'],
  ...['/', '/graphql', '/feeds/inventory', `http://localhost/board/session`, 'http://evil.example/board/'],
];
