/** Sends an attacker's requests, on each connection one after the other. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { greedyTokens } from './watched-gateway.ts';
import { indices } from '../support/range.ts';

export const GRAPHQL = '/graphql';
export const token = (n: number) => greedyTokens[n % greedyTokens.length] ?? '';

/** Sends bodies without end. The connections use the attacker's tokens in turn. `answered` is called after each answer. */
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

/** Resolves when the request is answered or its connection breaks. */
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

/** Returns a function that calls `begun` the `count`th time that it is called. */
export function afterCalls(count: number, begun: () => void): () => void {
  let calls = 0;
  return () => {
    if (++calls === count) begun();
  };
}
