/** GraphiQL's page: bundled, so that it works with no network; made when first asked for, and kept compressed. */
import { Worker } from 'node:worker_threads';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';
import { acceptedEncoding, isNamed, type Encoding } from '../edge/media-type.ts';

export interface GraphiqlPage {
  /** Its Content-Security-Policy. */
  readonly policy: string;
  readonly encoded: Readonly<Record<Encoding, { readonly body: Uint8Array; readonly etag: string }>>;
}

/** Answers with the page. The options are printed into it: they must hold nothing of any request. */
export type ServeGraphiql = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function createGraphiql(options: GraphiQLOptions): ServeGraphiql {
  let made: Promise<GraphiqlPage> | undefined;
  const getPage = () => {
    made ??= makePage(options).catch((error: unknown) => {
      // The next one who asks tries again.
      made = undefined;
      throw error;
    });
    return made;
  };
  return async (request, reply) => {
    const vary = [reply.getHeader('vary'), 'Accept, Accept-Encoding'].filter(Boolean).join(', ');
    reply.headers({ vary, 'cache-control': 'no-cache' });
    const encoding = acceptedEncoding(request.headers['accept-encoding']);
    if (!encoding) {
      return reply
        .code(406)
        .type('text/plain; charset=utf-8')
        .send('The page has 9 MB and is sent compressed. Accept br or gzip as its encoding.\n');
    }
    const { policy, encoded } = await getPage();
    const { body, etag } = encoded[encoding];
    reply.headers({
      etag,
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    if (isNamed(etag, request.headers['if-none-match'])) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').header('content-encoding', encoding).send(body);
  };
}

/** On a thread of its own, which lasts for a second or so. */
async function makePage(options: GraphiQLOptions): Promise<GraphiqlPage> {
  const thread = new Worker(new URL('graphiql-thread.ts', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', (code) => reject(new Error(`GraphiQL's page was not made: exit code ${code}.`)));
  });
}

/** A browser that opens the address, rather than a program that queries. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
}
