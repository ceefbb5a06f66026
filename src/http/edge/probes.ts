/** What those who run the gateway ask it: /health, /ready and /metrics. */
import type { FastifyInstance } from 'fastify';

/** Metrics as Prometheus reads them. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface Probes {
  /** Why no update can be stored at this moment; null when it can. */
  readonly ready: () => Promise<string | null>;
  /** Served under /metrics, if given. */
  readonly metrics?: MetricsPage | undefined;
  /** The program's version, which /health says; it is left out where none is given. */
  readonly version?: string | undefined;
  /** Aborted when the server closes: it is not ready from then on. */
  readonly closing: AbortSignal;
}

export function addProbes(server: FastifyInstance, { ready, metrics, version, closing }: Probes): void {
  const probe = { method: ['GET' as const, 'HEAD' as const], config: { door: 'probe' as const } };
  server.route({
    ...probe,
    url: '/health',
    handler: (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok', version }),
  });
  server.route({
    ...probe,
    url: '/ready',
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const reason = closing.aborted ? 'The gateway is closing.' : await ready();
      if (reason === null) return { ready: true };
      request.log.warn({ reason }, 'not ready');
      return reply.code(503).send({ ready: false, reason });
    },
  });
  if (!metrics) return;
  server.route({
    ...probe,
    url: '/metrics',
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
}
