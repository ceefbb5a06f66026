/** The door of feed files, at each entrance: POST /feeds/inventory takes a file in, and GET says what became of it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Permission } from '../../domain/caller.ts';
import type { Admission } from '../edge/admission.ts';
import { denyCaller, type Entrance } from '../edge/authenticate.ts';
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
  readonly entrances: readonly Entrance[];
  readonly admission: Admission;
}

/** Adds the paths. They have a parser of their own, which leaves the body to be streamed to disk. */
export function addFeedDoor(server: FastifyInstance, options: FeedDoorOptions): void {
  const { feedFiles } = options;
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, next) => next(null, payload));
    const route = (path: string, allowed: 'GET' | 'POST', handler: ReturnType<typeof takeIn>) => {
      for (const entrance of options.entrances)
        scope.route({
          method: [...methods],
          url: entrance.prefix + path,
          config: { door: 'feed', prefix: entrance.prefix },
          onRequest: (request, reply) => admit(request, reply, allowed, entrance, options.admission),
          handler,
          errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
        });
    };
    route(EXPORT_PATH, 'GET', sendExport(options));
    if (!feedFiles) return done();
    route(FEEDS_PATH, 'POST', takeIn(feedFiles, options.closing, options.limits));
    route(`${FEEDS_PATH}/:id`, 'GET', show(feedFiles));
    route(`${FEEDS_PATH}/:id/rejected.csv`, 'GET', sendRejected(feedFiles));
    done();
  });
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: 'GET' | 'POST',
  entrance: Entrance,
  admission: Admission,
) {
  const page = entrance.judgePage(request, reply);
  if (page === 'preflight') return reply.code(204).send();
  if (page) return sendError(reply, page);
  const caller = await entrance.findCaller(request);
  if ('message' in caller) return sendError(reply, caller);
  request.caller = caller;
  const denial = denyCaller(caller, neededFor(request, allowed)) ?? (await admission.deny(request, reply));
  if (denial) return sendError(reply, denial);
  if (request.method === allowed) return;
  return sendError(reply.header('allow', allowed), refusals.methodNotAllowed(request.method, allowed));
}

/** A file is handed in by who may edit. What became of it is shown to them too. Stock is shown to those who may view. */
function neededFor({ caller, routeOptions }: FastifyRequest, allowed: 'GET' | 'POST'): Permission {
  if (routeOptions.url?.endsWith(EXPORT_PATH)) return 'view_items';
  const mayView = caller.permissions.includes('view_items');
  return allowed === 'GET' && mayView ? 'view_items' : 'edit_items';
}

function sendError(reply: FastifyReply, error: PublicError): FastifyReply {
  reply.request.errorCode ??= error.code;
  const { status, code, message } = error;
  return sendJson(reply, { status, headers: refusalHeaders(error), body: { code, message } });
}
