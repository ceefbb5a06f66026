/** Routes for operators and their monitoring: /health, /ready and /metrics. */
import type { FastifyInstance } from 'fastify';

/** Metrics in Prometheus' text format. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface Probes {
  /** Why no update can be stored now; null if one can. */
  readonly ready: () => Promise<string | null>;
  /** If given, /metrics serves it. */
  readonly metrics?: MetricsPage | undefined;
  /** If given, /health has it. */
  readonly version?: string | undefined;
  /** Aborts when the server closes. From then on /ready answers 503. */
  readonly closing: AbortSignal;
}

/** Adds the probes. They need no token and are logged at debug level. */
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
      request.log.warn({ reqId: request.id, reason }, 'not ready');
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
