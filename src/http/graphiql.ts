/** GraphiQL's page: bundled, so that it works with no network; made once, kept compressed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';

/** Answers with the page. The options are printed into it: they must hold nothing of any request. */
export type ServeGraphiql = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function createGraphiql(options: GraphiQLOptions): ServeGraphiql {
  let page: ReturnType<typeof renderPage> | undefined;
  return async (request, reply) => {
    page ??= renderPage(options);
    const { html, compressed, etag } = await page;
    reply.headers({
      'cache-control': 'no-cache',
      etag,
      vary: [reply.getHeader('vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', '),
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.type('text/html; charset=utf-8');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(html);
    return reply.header('content-encoding', 'gzip').send(compressed);
  };
}

/** The bundle has 9 MB: loaded when first asked for. */
async function renderPage(options: GraphiQLOptions) {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = Buffer.from(renderGraphiQL({ title: 'Stockgate GraphiQL', ...options }));
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
  return { html, compressed: await promisify(gzip)(html), etag };
}

/** A browser that opens the address, rather than a program that queries. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
}
