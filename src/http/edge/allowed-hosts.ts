/** Host names that the gateway answers to. Without a list, a page could point its own name at this machine (DNS rebinding) and count as same-origin. */
import type { FastifyInstance } from 'fastify';

/** Names under which only programs of this machine reach the gateway. */
export const loopbackNames = ['127.0.0.1', '::1', 'localhost'] as const;

/** Monitoring calls probes by IP address. Their answers tell nothing about suppliers. */
const openToAll: ReadonlySet<string | undefined> = new Set(['/health', '/ready']);

/** Answers 421 to requests whose Host header names none of these. The port does not matter. */
export function refuseOtherHosts(server: FastifyInstance, names: readonly string[]): void {
  const allowed = new Set(names.map(normalize));
  server.addHook('onRequest', (request, reply, done) => {
    const name = normalize(nameIn(request.headers.host ?? ''));
    if (allowed.has(name) || openToAll.has(request.routeOptions.url)) return done();
    request.errorCode = 'UNKNOWN_HOST';
    const message =
      'The Host header names no host of this gateway. Call it as localhost or 127.0.0.1, or start it with --allowed-host NAME.';
    const errors = [{ message, extensions: { code: 'UNKNOWN_HOST' } }];
    // One body for all doors: each door's clients find their own key in it.
    void reply.code(421).send({ detail: message, message, errors });
  });
}

/** The name without its port. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '');
}

/** In the form in which names compare: lower case, no brackets around an IPv6 address, no final dot. */
function normalize(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
