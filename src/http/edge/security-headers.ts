/** Headers that tell a browser how little an answer may do there. */
import type { FastifyReply } from 'fastify';

/** An answer is data: it runs nothing, loads nothing, and is shown in no frame. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** The same for answers that are written straight to a socket. */
export const securityHeaders = {
  'Content-Security-Policy': dataPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** Every answer has them; GraphiQL's page has a policy of its own. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply
    .header('content-security-policy', dataPolicy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer');
}
