/** Which names the gateway answers to. A page can point a name of its own at this machine (DNS rebinding), and would count as same-origin. */
import type { FastifyInstance } from 'fastify';

/** Names by which only this machine reaches the gateway. */
export const loopbackNames = ['127.0.0.1', '::1', 'localhost'] as const;

/** Probes come by address from whatever watches the gateway, and tell nothing of any supplier. */
const openToAll: ReadonlySet<string | undefined> = new Set(['/health', '/ready']);

/** Answers 421 to requests whose Host header names none of these; the port does not matter. */
export function refuseOtherHosts(server: FastifyInstance, names: readonly string[]): void {
  const allowed = new Set(names.map(normalize));
  server.addHook('onRequest', (request, reply, done) => {
    const name = normalize(nameIn(request.headers.host ?? ''));
    if (allowed.has(name) || openToAll.has(request.routeOptions.url)) return done();
    request.errorCode = 'UNKNOWN_HOST';
    const message =
      'The Host header names no host of this gateway. Call it as localhost or 127.0.0.1, or start it with --allowed-host NAME.';
    const errors = [{ message, extensions: { code: 'UNKNOWN_HOST' } }];
    // Every door's way to say it at once.
    void reply.code(421).send({ detail: message, message, errors });
  });
}

/** The name without its port. */
function nameIn(host: string): string {
  return host.replace(/:\d*$/, '');
}

/** As names compare: without case, an IPv6 address without its brackets, a full name without its last dot. */
function normalize(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
