/** Live streams: how long they last, and how they end. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authenticateHeader, tokenSchemes, type Authenticate } from './authenticate.ts';
import type { RequestObserver } from './request-record.ts';

/** For how long a stream may take to end when the server closes. */
const STREAM_GRACE_MS = 1_000;
/** How often a stream's token is looked at again; together with the time that tokens are remembered, below five seconds. */
const TOKEN_CHECK_MS = 2_000;
/** Tells a reader that is cut off to come back, in milliseconds (HTML, 9.2.6). */
const RECONNECT = 'retry: 1000\n\n';

export interface StreamOptions {
  readonly authenticate: Authenticate;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
  readonly observer?: RequestObserver | undefined;
}

export function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** A stream lasts until its reader leaves, its token is no longer good, or the server closes: it is cut off then, not completed, so that readers come back. */
export function keepStream(
  request: FastifyRequest,
  { raw }: FastifyReply,
  { closing, observer, authenticate }: StreamOptions,
): void {
  request.isLive = true;
  observer?.streamed(1);
  const cut = () => {
    raw.write(RECONNECT, () => raw.destroy());
    setTimeout(() => raw.destroy(), STREAM_GRACE_MS).unref();
  };
  closing.addEventListener('abort', cut, { once: true });
  const checkToken = async () => {
    const caller = await authenticateHeader(
      request.headers.authorization,
      tokenSchemes.graphql,
      authenticate,
    );
    if ('message' in caller) raw.destroy();
  };
  // A store out of reach says nothing about the token.
  const checking = setInterval(() => void checkToken().catch(() => undefined), TOKEN_CHECK_MS);
  raw.once('close', () => {
    clearInterval(checking);
    closing.removeEventListener('abort', cut);
    observer?.streamed(-1);
  });
}
