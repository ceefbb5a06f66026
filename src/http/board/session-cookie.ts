/** The cookie of a session: read, set and taken away. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

const NAME = 'stockgate_session';
/** A browser takes this name only over HTTPS and from the host itself: no other host can plant such a cookie (RFC 6265bis, 4.1.3). */
const SECURE_NAME = `__Host-${NAME}`;
/** Cookies of the name that are looked at. More than one comes only from a leftover, or from another program on the host. */
const MAX_COOKIES = 4;
const SECRET = /^[\w-]{43}$/;
/** The longest that browsers keep a cookie, in seconds: 400 days. The session ends much earlier, in the store. */
const MAX_AGE_S = 34_560_000;
const ATTRIBUTES = 'HttpOnly; SameSite=Strict';

/** The secrets that a request shows, each once. Where there is a cookie of the secure name, no other counts. */
export function readSecrets({ cookie = '' }: IncomingHttpHeaders): string[] {
  const plain = new Set<string>();
  const secure = new Set<string>();
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const found = name === NAME ? plain : name === SECURE_NAME ? secure : null;
    found?.add(pair.slice(at + 1).trim());
  }
  const secrets = secure.size > 0 ? secure : plain;
  return secrets.size > MAX_COOKIES ? [] : [...secrets].filter((secret) => SECRET.test(secret));
}

/** Sets the cookie, by its secure name for a page that came over HTTPS. */
export function setCookie(reply: FastifyReply, secret: string, isSecure: boolean): void {
  reply.header('set-cookie', `${describe(isSecure, secret)}; Max-Age=${MAX_AGE_S}`);
}

/** Takes away the cookies that the request has. */
export function clearCookies(reply: FastifyReply): void {
  const { cookie = '' } = reply.request.headers;
  for (const isSecure of [false, true])
    if (cookie.includes(isSecure ? SECURE_NAME : NAME))
      reply.header('set-cookie', `${describe(isSecure, '')}; Max-Age=0`);
}

function describe(isSecure: boolean, secret: string): string {
  return isSecure
    ? `${SECURE_NAME}=${secret}; Path=/; Secure; ${ATTRIBUTES}`
    : `${NAME}=${secret}; Path=/board/; ${ATTRIBUTES}`;
}
