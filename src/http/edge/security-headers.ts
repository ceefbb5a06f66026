/** Headers that restrict what an answer may do in a browser. */
import type { FastifyReply } from 'fastify';

/** An answer is data: a browser must run nothing of it, load nothing for it and show it in no frame. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** For answers that are written to a socket without Fastify. */
export const securityHeaders = {
  'Content-Security-Policy': dataPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** Sets them on an answer. GraphiQL's page overrides the policy. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply
    .header('content-security-policy', dataPolicy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer');
}
