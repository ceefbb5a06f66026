/** Requests of a client that sends the next when the last is answered. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { greedyTokens } from './watched-gateway.ts';
import { indices } from '../support/range.ts';

export const GRAPHQL = '/graphql';
export const token = (n: number) => greedyTokens[n % greedyTokens.length] ?? '';

/** Sends bodies over and over on so many connections, with the tokens in turn, without end; `answered` is called after each. */
export async function repeat(
  origin: string,
  connections: number,
  path: string,
  bodyOf: (n: number) => string | Buffer,
  answered?: () => void,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let sent = 0;
  const one = async (connection: number) => {
    for (;;) {
      await post(agent, origin, path, token(connection), bodyOf(sent++));
      answered?.();
    }
  };
  await Promise.all(indices(connections).map(one));
}

/** Resolves when it is answered, or broken off. */
export function post(agent: Agent, origin: string, path: string, bearer: string, body: string | Buffer) {
  return new Promise<void>((resolve) => {
    const headers = {
      authorization: `Token ${bearer}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${origin}${path}`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('close', resolve);
    });
    sent.on('error', () => void pause(5).then(resolve));
    sent.end(body);
  });
}

export const query = (text: string, variables: object = {}) => JSON.stringify({ query: text, variables });

/** Calls `begun` when it has been called so many times. */
export function afterCalls(count: number, begun: () => void): () => void {
  let calls = 0;
  return () => {
    if (++calls === count) begun();
  };
}
