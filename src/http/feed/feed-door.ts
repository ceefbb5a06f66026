/** The door of feed files: POST /feeds/inventory takes a file in, and GET says what became of it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate, Permission } from '../../domain/caller.ts';
import type { Admission } from '../edge/admission.ts';
import { authenticateHeader, denyCaller, tokenSchemes } from '../edge/authenticate.ts';
import { allowOrigins } from '../edge/cors.ts';
import { methods, refusalHeaders, toPublicError, type PublicError } from '../edge/edge-error.ts';
import { sendJson } from '../edge/json-answer.ts';
import { EXPORT_PATH, FEEDS_PATH } from './describe-feed.ts';
import type { FeedFiles } from './feed-files.ts';
import * as refusals from './refusals.ts';
import { sendExport, type ExportOptions } from './send-export.ts';
import { sendRejected, show } from './show-feed.ts';
import { takeIn } from './take-in.ts';

export interface FeedDoorOptions extends ExportOptions {
  /** Undefined where no files are taken in. */
  readonly feedFiles?: FeedFiles | undefined;
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly corsOrigins: readonly string[];
}

/** Adds the paths. They have a parser of their own, which leaves the body to be streamed to disk. */
export function addFeedDoor(server: FastifyInstance, options: FeedDoorOptions): void {
  const { feedFiles } = options;
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, next) => next(null, payload));
    const route = (url: string, allowed: 'GET' | 'POST', handler: ReturnType<typeof takeIn>) =>
      scope.route({
        method: [...methods],
        url,
        config: { door: 'feed' },
        onRequest: (request, reply) => admit(request, reply, allowed, options),
        handler,
        errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
      });
    route(EXPORT_PATH, 'GET', sendExport(options));
    if (!feedFiles) return done();
    route(FEEDS_PATH, 'POST', takeIn(feedFiles, options.closing));
    route(`${FEEDS_PATH}/:id`, 'GET', show(feedFiles));
    route(`${FEEDS_PATH}/:id/rejected.csv`, 'GET', sendRejected(feedFiles));
    done();
  });
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: 'GET' | 'POST',
  { authenticate, admission, corsOrigins }: FeedDoorOptions,
) {
  if (allowOrigins(corsOrigins, request, reply)) return reply.code(204).send();
  const caller = await authenticateHeader(request.headers.authorization, tokenSchemes.graphql, authenticate);
  if ('message' in caller) return sendError(reply, caller);
  request.caller = caller;
  const denial = denyCaller(caller, neededFor(request, allowed)) ?? (await admission.deny(request, reply));
  if (denial) return sendError(reply, denial);
  if (request.method === allowed) return;
  return sendError(reply.header('allow', allowed), refusals.methodNotAllowed(request.method, allowed));
}

/** A file is handed in by who may edit. What became of it is shown to them too. Stock is shown to those who may view. */
function neededFor({ caller, routeOptions }: FastifyRequest, allowed: 'GET' | 'POST'): Permission {
  if (routeOptions.url === EXPORT_PATH) return 'view_items';
  const mayView = caller.permissions.includes('view_items');
  return allowed === 'GET' && mayView ? 'view_items' : 'edit_items';
}

function sendError(reply: FastifyReply, error: PublicError): FastifyReply {
  reply.request.errorCode ??= error.code;
  const { status, code, message } = error;
  return sendJson(reply, { status, headers: refusalHeaders(error), body: { code, message } });
}
