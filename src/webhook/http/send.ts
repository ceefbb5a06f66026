/** Sends a message over HTTP. The address is checked when the connection is made, so a name that resolves anew is no way around. */
import type { LookupOptions } from 'node:dns';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { callbackify } from 'node:util';
import { MAX_KEPT_ANSWER } from '../../domain/webhook/endpoint.ts';
import { AddressError, type Send, type WebhookAnswer } from '../attempt.ts';
import type { Addresses } from '../addresses.ts';
import { literalAddress } from '../endpoint-url.ts';
import type { Resolve } from './resolve.ts';

/** How long the body of an answer may take after its status, in milliseconds. The status alone decides. */
const BODY_MS = 2_000;

/** Sends to addresses that are not refused. It follows no redirect, reads the start of an answer, and keeps no connection. */
export function createSend(addresses: Addresses, resolve: Resolve, userAgent: string): Send {
  return async ({ url, headers, body, signal }) => {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    // Node looks up names only, and connects to a literal address without asking.
    const literal = literalAddress(target);
    if (literal !== null) requirePermitted(addresses, [literal], isSecure);
    const { Agent, request: open } = isSecure ? https : http;
    // Asks `lookup` for all addresses, which is what it gives.
    const agent = new Agent({ keepAlive: false, autoSelectFamily: true });
    const request = open(url, {
      method: 'POST',
      agent,
      lookup: createLookup(addresses, resolve, isSecure),
      signal,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': body.length,
        'user-agent': userAgent,
      },
    });
    request.end(body);
    return readAnswer(request);
  };
}

function requirePermitted(addresses: Addresses, found: readonly string[], isSecure: boolean): void {
  for (const address of found) {
    const refusal = addresses.refusal(address, isSecure);
    if (refusal !== null) throw new AddressError(refusal);
  }
}

/** The connection goes to one of the addresses that this hands on, and to no other. One that is refused refuses the host. */
function createLookup(addresses: Addresses, resolve: Resolve, isSecure: boolean): LookupFunction {
  return callbackify(async (host: string, _options: LookupOptions) => {
    const found = await resolve(host);
    requirePermitted(
      addresses,
      found.map(({ address }) => address),
      isSecure,
    );
    return [...found];
  });
}

async function readAnswer(request: ClientRequest): Promise<WebhookAnswer> {
  const answered = Promise.withResolvers<IncomingMessage>();
  request.once('response', answered.resolve);
  // Later errors have nobody left to tell: they end the body early.
  request.on('error', answered.reject);
  const response = await answered.promise;
  const text = await readStart(response);
  request.destroy();
  return { status: response.statusCode ?? 0, text };
}

/** The first bytes of the body, as far as they come in time, as text that both stores can hold. */
async function readStart(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  const over = new AbortController();
  const ended = new Promise<void>((resolve) => {
    response.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length >= MAX_KEPT_ANSWER) resolve();
    });
    response.once('close', resolve);
    response.once('error', () => resolve());
  });
  await Promise.race([ended, pause(BODY_MS, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
  return Buffer.concat(pieces).subarray(0, MAX_KEPT_ANSWER).toString().replaceAll('\0', '\u{fffd}');
}
