/** A gateway with a board for tests, and a browser that signs in to it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { onTestFinished } from 'vitest';
import type { StoreKind } from '../../src/db/store/store.ts';
import type { GatewaySettings } from '../../src/gateway/open-gateway.ts';
import type { ServerOptions } from '../../src/http/server.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';

/** The Host of requests that are injected. */
export const HOST = 'board.example:4000';
export const ORIGIN = `http://${HOST}`;

export interface BoardGateway extends Gateway {
  /** The folder of the page's files. */
  readonly folder: string;
  /** Sends the request as the board's page does, with this cookie. */
  send(request: InjectOptions, cookie?: string): Promise<LightMyRequestResponse>;
  /** Signs in. The answer has the cookie, if the token is good. */
  signIn(token: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Signs in with a good token. Resolves with the cookie as a browser sends it. */
  cookieOf(token: string): Promise<string>;
  /** Sends a GraphQL request at the board's door. */
  ask(query: string, cookie?: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

export interface BoardOptions {
  readonly clock?: () => Date;
  readonly server?: Partial<ServerOptions>;
  readonly more?: Partial<GatewaySettings>;
  /** The page's files by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Opens it on a new store. */
export async function openBoard(kind: StoreKind, options: BoardOptions = {}): Promise<BoardGateway> {
  const { clock, server, more, files = { 'index.html': '<!doctype html><title>Board</title>' } } = options;
  const root = makeFolder();
  const folder = join(root.path, 'board');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const board = { folder, demoToken: null };
  const gateway = await openGateway(kind, clock, server, { board, ...more });
  const send: BoardGateway['send'] = ({ headers, ...request }, cookie) =>
    gateway.server.inject({
      ...request,
      headers: { host: HOST, origin: ORIGIN, ...(cookie !== undefined && { cookie }), ...headers },
    });
  const signIn: BoardGateway['signIn'] = (token, headers = {}) =>
    send({
      method: 'POST',
      url: '/board/session',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify({ token }),
    });
  return {
    ...gateway,
    folder,
    send,
    signIn,
    cookieOf: async (token) => cookieIn(await signIn(token)),
    ask: (query, cookie, headers = {}) =>
      send(
        {
          method: 'POST',
          url: '/board/graphql',
          headers: { 'content-type': 'application/json', ...headers },
          payload: JSON.stringify({ query }),
        },
        cookie,
      ),
    close: async () => {
      await gateway.close();
      root.remove();
    },
  };
}

/** As `openBoard`, and closes it when the test ends. */
export async function openBoardForTest(kind: StoreKind, options?: BoardOptions): Promise<BoardGateway> {
  const board = await openBoard(kind, options);
  onTestFinished(() => board.close());
  return board;
}

/** What a browser sends after this answer: names and values alone. */
export function cookieIn(answer: LightMyRequestResponse): string {
  const set = [answer.headers['set-cookie'] ?? []].flat();
  return set.map((line) => line.split(';')[0] ?? '').join('; ');
}

export const whoAmI = '{ viewer { supplier tokenName } }';
