/** Requests as parts that the fuzzer can mutate, and the recorded requests from which it starts. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { tokens } from '../support/gateway.ts';
import { exchanges, toHttp } from '../support/graphql/exchanges.ts';
import { boardRequests } from './board-requests.ts';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}
export type Header = readonly [name: string, value: string];

export const doors = ['graphql', 'legacy', 'board'] as const;
export type Door = (typeof doors)[number];

const PATH = '/timp/products/skus/inventory/';
const json: Header = ['Content-Type', 'application/json'];

/** Returns the bytes of a request. It adds `Connection: close`, and a Content-Length unless the headers already frame the body. */
export function toBytes({ method, path, headers, body }: WireRequest): Buffer {
  const isFramed = headers.some(([name]) => /^(?:transfer-encoding|content-length)$/i.test(name));
  const all = [...headers, ['Connection', 'close'], ...(isFramed ? [] : [['Content-Length', body.length]])];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body]);
}

const Recorded = z.array(z.object({ request_base64: z.base64() }));
const recorded = Recorded.parse(
  JSON.parse(readFileSync(new URL('../fixtures/legacy-cases.json', import.meta.url), 'utf8')),
);

function parseRequest(bytes: Buffer): WireRequest {
  const end = bytes.indexOf('\r\n\r\n');
  const [start = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = lines.map((line): Header => {
    const [name = '', ...value] = line.split(': ');
    return [name, value.join(': ')];
  });
  const kept = headers.filter(([name]) => !/^(?:connection|content-length|transfer-encoding)$/i.test(name));
  return { method, path, headers: kept, body: bytes.subarray(end + 4) };
}

const legacyHeaders = (...more: Header[]): Header[] => [
  ['Host', 'localhost'],
  ['Authorization', `Token ${tokens.full}`],
  json,
  ...more,
];

const bulkRows = [
  { sku_id: 'shared', quantity_in_stock: 4 },
  { upca: '036000291452', restrictions: 'tmpunavail' },
  { sku_id: 'no-such', quantity_on_backorder: '7' },
  { isbn: '9780306406157', quantity_in_stock: -1 },
  null,
];
const legacyRequest = (path: string, body: unknown, ...headers: Header[]): WireRequest => ({
  method: 'POST',
  path,
  headers: legacyHeaders(...headers),
  body: Buffer.from(JSON.stringify(body)),
});

const FOLLOW = 'subscription { inventoryChanged(after: "WzFd") { cursor change { skuId sku { version } } } }';
/** Only requests of acme, because the test checks that the other supplier's rows do not change. */
const graphqlRequests = [
  ...Object.values(exchanges),
  { query: FOLLOW, headers: { accept: 'text/event-stream' } },
]
  .filter((exchange) => !JSON.stringify(exchange).includes(tokens.rival))
  .map((exchange): WireRequest => {
    const { method, path, headers, body } = toHttp(exchange);
    const named = { host: 'localhost', authorization: `Bearer ${tokens.full}`, 'content-type': json[1] };
    return {
      method,
      path,
      headers: Object.entries({ ...named, ...headers }),
      body: Buffer.from(body),
    };
  });

/** The recorded requests of each door. The fuzzer mutates these. */
export const recordedRequests: Record<Door, readonly WireRequest[]> = {
  graphql: [
    ...graphqlRequests,
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent('query Q($n: Int) { skus(first: $n) { nodes { skuId } } }')}&variables=%7B%22n%22%3A2%7D`,
      headers: legacyHeaders(),
      body: Buffer.alloc(0),
    },
  ],
  legacy: [
    ...recorded.map(({ request_base64 }) => parseRequest(Buffer.from(request_base64, 'base64'))),
    legacyRequest(`${PATH}bulk/`, bulkRows),
    legacyRequest(`${PATH}bulk`, bulkRows, ['Idempotency-Key', 'bulk-1']),
    legacyRequest(PATH, bulkRows[0], ['If-Match', '"3"'], ['Idempotency-Key', 'one-1']),
  ],
  board: boardRequests,
};
