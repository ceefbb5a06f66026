/** Keeps pages of other origins out of the board's doors: there the browser shows a cookie by itself, whoever asks. */
import type { FastifyRequest } from 'fastify';
import type { PublicError } from '../edge/edge-error.ts';

/** Methods that change nothing. Browsers send no Origin with them from the gateway's own page. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Where a request comes from, as browsers say it: the gateway's own page, or the user alone (an address that was typed). */
const ownSites: ReadonlySet<string> = new Set(['same-origin', 'none']);

/** Null if the gateway's own page may have sent the request. */
export function refuseOtherOrigins(request: FastifyRequest): PublicError | null {
  const { method, headers } = request;
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined && !safeMethods.has(method)) return noOrigin;
  if (origin !== undefined && !isOwn(origin, host)) {
    request.refusedOrigin = origin;
    return otherOrigin;
  }
  return site === undefined || ownSites.has(site) ? null : otherOrigin;
}

/** Whether the page came over HTTPS, as its Origin says. */
export function isSecure({ headers }: FastifyRequest): boolean {
  return headers.origin?.startsWith('https:') === true;
}

/** Behind a proxy that speaks TLS, the schemes differ. The host is the same. */
function isOwn(origin: string, host: string | undefined): boolean {
  const [, scheme, name] = /^(https?):\/\/([^/]+)$/.exec(origin.toLowerCase()) ?? [];
  if (name === undefined || host === undefined) return false;
  const defaultPort = scheme === 'https' ? /:443$/ : /:80$/;
  return name.replace(defaultPort, '') === host.toLowerCase().replace(defaultPort, '');
}

const otherOrigin: PublicError = {
  status: 403,
  code: 'FORBIDDEN',
  message:
    "Only the gateway's own page may do this. If this is its own page, the proxy in front must pass the Host header on.",
};
const noOrigin: PublicError = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'This needs the Origin header, which browsers send. Programs use /graphql or /feeds with a token.',
};
