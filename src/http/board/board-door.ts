/** The board's paths: its page and files, and signing in. The doors of GraphQL and of feeds add theirs below /board. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { methods, toPublicError, type PublicError } from '../edge/edge-error.ts';
import { acceptedEncoding, isNamed } from '../edge/media-type.ts';
import { BOARD_PATH } from './board-entrance.ts';
import { createBoardFiles, PAGE, type BoardFile, type BoardFiles } from './board-files.ts';
import { addSessionDoor, sendError, type SessionDoorOptions } from './session-door.ts';

export interface BoardDoorOptions extends SessionDoorOptions {
  /** The folder of the page's files. */
  readonly folder: string;
}

const PAGE_PATH = `${BOARD_PATH}/`;
/** The page loads nothing but its own files, and talks to nobody but the gateway. Nothing is inline. */
const policy = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'connect-src', 'worker-src', 'form-action'].map(
    (name) => `${name} 'self'`,
  ),
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
const FOREVER = 'public, max-age=31536000, immutable';
/** First parts of paths below /board that are no pages. */
const apiNames: ReadonlySet<string> = new Set(['graphql', 'feeds', 'session']);

/** Adds them, and leads browsers from / to the page. */
export function addBoardDoor(server: FastifyInstance, options: BoardDoorOptions): void {
  addSessionDoor(server, options);
  const readFiles = createBoardFiles(options.folder);
  const route = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown) =>
    server.route({
      method: [...methods],
      url,
      config: { door: 'board' },
      onRequest: (request, reply, next) => {
        if (request.method === 'GET' || request.method === 'HEAD') next();
        else sendError(reply.header('allow', 'GET, HEAD'), wrongMethod);
      },
      handler,
      errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
    });
  route(BOARD_PATH, async (request, reply) => {
    const [path = '', query] = request.url.split('?', 2);
    // The page's own addresses begin with its folder.
    if (!path.endsWith('/'))
      return reply.redirect(query === undefined ? PAGE_PATH : `${PAGE_PATH}?${query}`, 301);
    return sendFile(request, reply, await readFiles(), '');
  });
  route(`${BOARD_PATH}/*`, async (request, reply) =>
    sendFile(request, reply, await readFiles(), (request.params as { readonly '*': string })['*']),
  );
  server.get('/', (request, reply) => {
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) return reply.callNotFound();
    return reply.header('vary', 'Accept').redirect(PAGE_PATH, 302);
  });
}

/** Sends the file of this path below the board, or the page, which reads the rest of its path itself. */
function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  files: BoardFiles | null,
  path: string,
): FastifyReply {
  if (!files) return sendError(reply, notBuilt);
  // The policy of a worker's file is that of the worker.
  reply.headers({ 'content-security-policy': policy, 'cross-origin-resource-policy': 'same-origin' });
  const file = path === PAGE ? undefined : files.get(path);
  if (file) return send(request, reply.header('cache-control', FOREVER), file);
  const page = isPage(path) ? files.get(PAGE) : undefined;
  if (!page) return sendError(reply, notFound);
  reply.headers({
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  });
  return send(request, reply, page);
}

/** An identifier in an address of the page may have a dot, so only the first part tells. */
function isPage(path: string): boolean {
  const [first = ''] = path.split('/', 1);
  return path === PAGE || !(apiNames.has(first) || first.includes('.'));
}

function send(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, hash, bodies }: BoardFile,
): FastifyReply {
  const encoding = acceptedEncoding(headers['accept-encoding']) ?? 'identity';
  const etag = `"${hash}-${encoding}"`;
  reply.headers({ etag, vary: 'Accept-Encoding' });
  if (isNamed(etag, headers['if-none-match'])) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(type).send(bodies[encoding]);
}

const wrongMethod: PublicError = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'The page is read only: send GET or HEAD. GraphQL is at /graphql.',
};
const notFound: PublicError = {
  status: 404,
  code: 'NOT_FOUND',
  message: `Not found. The board is at ${PAGE_PATH}.`,
};
const notBuilt: PublicError = {
  status: 404,
  code: 'NOT_FOUND',
  message: "The board's page is not built. Run `npm run build` in the project's folder, and reload.",
};
