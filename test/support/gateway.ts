/** A whole gateway for tests: a server on a new store, with two suppliers that own the same identifiers. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { createCatalog } from '../../src/db/catalog.ts';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken, type NewToken } from '../../src/db/tokens.ts';
import {
  openGateway as openRealGateway,
  type Gateway as OpenGateway,
  type GatewaySettings,
} from '../../src/gateway/open-gateway.ts';
import { createThreadLog } from '../../src/gateway/http/thread-log.ts';
import type { ServerOptions } from '../../src/http/server.ts';
import { createTestDatabase } from './stores/stores.ts';

/** Tokens by their permissions. All except `rival` belong to the supplier `acme`. */
export const tokens = {
  /** Has every permission. The docs use this token. */
  full: '1083e3ec5c40b36fd663ba925bc8d864061463e2',
  /** Has every permission, under another name. */
  colleague: 'colleague-token',
  view: 'view-only-token',
  edit: 'edit-only-token',
  retailer: 'retailer-token',
  expired: 'expired-token',
  /** Has every permission for another supplier. */
  rival: 'rival-token',
} as const;

/** The SKUs of acme. The rival also has `shared` and `BOOK-NEW` with the same codes, and `rival-only`. */
export const catalog: readonly CatalogRow[] = [
  { skuId: 'xkuOwSQ3utl', title: 'The documented one' },
  { skuId: '2mNh6Gvwgl7LjmZj', title: 'The other documented one' },
  { skuId: 'shared', upca: '036000291452', quantityInStock: 10, quantityOnBackorder: 5 },
  { skuId: 'BOOK-NEW', title: 'A book', condition: 'new', isbn: '978-0-306-40615-7', quantityInStock: 3 },
  { skuId: 'BOOK-USED', title: 'A book', condition: 'used', isbn: '0-306-40615-2' },
  { skuId: 'EACH', ean13: '4006381333931' },
  { skuId: 'CASE-OF-10', gtin14: '14006381333938' },
  { skuId: 'ODD-CODE', upca: 'not a valid code' },
  { skuId: 'GONE', restrictions: 'discontd', quantityInStock: 1 },
];

export interface GraphqlAnswer {
  readonly status: number;
  // The schema determines the shape. Tests read only the fields that they expect.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface Gateway extends Omit<OpenGateway, 'listen'> {
  readonly url: string;
  /** Listens on a free port of the loopback interface. Resolves to the origin, also when it listens already. */
  listen(): Promise<string>;
  graphql(query: string, variables?: object, token?: string): Promise<GraphqlAnswer>;
  /** POSTs to the documented legacy path. A string or a Buffer is sent unchanged. */
  legacy(body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

/**
 * How many threads serve HTTP where a test does not mind: the real program's variable, so that it counts for tests of both kinds.
 * With several, requests go over connections of their own, so that all threads get some.
 */
export const THREADS = Number(process.env['STOCKGATE_THREADS'] ?? 1);

/** Whether gateways are opened with several threads, so that what a test puts into this thread's parts is not seen by all requests. */
export const hasThreads = THREADS > 1;

/** For tests that reach into the gateway's parts, or that are of one event loop. */
export const oneThread = { requestThreads: false } as const;

/** Settings for several HTTP threads. Another thread has neither the test's clock nor its functions. */
function threadsFor(
  clock: unknown,
  server: Partial<ServerOptions>,
  { requestThreads }: Partial<GatewaySettings>,
): Partial<GatewaySettings> {
  if (THREADS === 1 || requestThreads === false || clock !== undefined || !canBeCopied(server)) return {};
  return {
    requestThreads: true,
    storeOptions: { queryTimeoutMs: 5_000 },
    http: { threads: THREADS, log: createThreadLog('silent', THREADS) },
  };
}

function canBeCopied(server: Partial<ServerOptions>): boolean {
  try {
    structuredClone(server);
    return true;
  } catch {
    return false;
  }
}

/** Settings for a gateway without request threads, because another thread cannot use a test's clock. */
export function settingsFor(
  database: string,
  clock = () => new Date(),
  server: Partial<ServerOptions> = {},
): GatewaySettings {
  return {
    database,
    clock,
    requestThreads: false,
    metrics: 'off',
    server: {
      graphiql: {},
      corsOrigins: ['https://dashboard.example'],
      logger: pino({ level: 'silent' }),
      ...server,
    },
  };
}

export async function openGateway(
  kind: StoreKind,
  clock?: () => Date,
  server: Partial<ServerOptions> = {},
  more: Partial<GatewaySettings> = {},
): Promise<Gateway> {
  const { url, remove } = await createTestDatabase(kind);
  const threads = threadsFor(clock, server, more);
  const gateway = await openRealGateway({ ...settingsFor(url, clock, server), ...more, ...threads });
  await seedStore(gateway.store, clock ?? (() => new Date()));
  await gateway.server.ready();
  let listening: Promise<string> | undefined;
  const listen = () => (listening ??= gateway.listen({ host: '127.0.0.1', port: 0, backlog: 2_048 }));
  const post = async (path: string, headers: Record<string, string>, payload: string | Buffer) => {
    const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } } as const;
    if (!threads.http) return gateway.server.inject({ ...sent, url: path, payload });
    return sendAlone(await listen(), path, sent, payload);
  };
  return {
    ...gateway,
    url,
    listen,
    graphql: async (query, variables = {}, token = tokens.full) => {
      const authorization = `Bearer ${token}`;
      const response = await post('/graphql', { authorization }, JSON.stringify({ query, variables }));
      return { status: response.statusCode, body: response.json() };
    },
    legacy: (body, headers = {}) =>
      post(
        '/timp/products/skus/inventory/',
        { authorization: `Token ${tokens.full}`, ...headers },
        typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      ),
    close: async () => {
      await gateway.close();
      await remove();
    },
  };
}

/** Sends a request on a connection of its own. */
async function sendAlone(
  origin: string,
  path: string,
  { method, headers }: { readonly method: 'POST'; readonly headers: Record<string, string> },
  payload: string | Buffer,
): Promise<LightMyRequestResponse> {
  const asked = request(origin + path, { method, headers, agent: false }).end(payload);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const rawPayload = await buffer(response);
  const body = rawPayload.toString();
  const { statusCode, statusMessage, headers: answered } = response;
  const parts = { statusCode, statusMessage, headers: answered, rawPayload, body, payload: body };
  // Tests read no more of an answer than this.
  return { ...parts, json: () => JSON.parse(body) } as unknown as LightMyRequestResponse;
}

/** Saves acme and the rival, with their tokens and SKUs. */
export async function seedStore(store: Store, clock: () => Date): Promise<void> {
  const acme: NewToken = {
    supplierId: 'acme',
    name: 'dashboard',
    role: 'supplier',
    permissions: ['edit_items', 'view_items', 'manage_webhooks'],
    expiresAt: null,
  };
  const details: Record<keyof typeof tokens, NewToken> = {
    full: acme,
    colleague: { ...acme, name: 'colleague' },
    view: { ...acme, name: 'viewer', permissions: ['view_items'] },
    edit: { ...acme, name: 'editor', permissions: ['edit_items'] },
    retailer: { ...acme, name: 'a retailer', role: 'retailer' },
    expired: { ...acme, name: 'old', expiresAt: '2020-01-01T00:00:00.000Z' },
    rival: { ...acme, supplierId: 'rival', name: 'rival dashboard' },
  };
  for (const supplierId of ['acme', 'rival']) await saveSupplier(store, supplierId, clock());
  for (const [key, token] of Object.entries(tokens)) {
    await saveToken(store, token, details[key as keyof typeof tokens], clock());
  }
  const save = (supplierId: string, rows: readonly CatalogRow[]) =>
    createCatalog(store, clock).save({ supplierId, actor: 'seed' }, rows);
  await save('acme', catalog);
  await save('rival', [
    { skuId: 'shared', upca: '036000291452', quantityInStock: 77 },
    { skuId: 'BOOK-NEW', isbn: '9780306406157', quantityInStock: 78 },
    { skuId: 'rival-only', ean13: '5901234123457', quantityInStock: 79 },
  ]);
}
