/** The GraphQL door, at /graphql of each entrance: who comes in, what is executed on the spot, and what goes to a request thread or becomes a live stream. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Services } from '../../schema/builder/context.ts';
import { throttled, type Admission } from '../edge/admission.ts';
import type { Entrance } from '../edge/authenticate.ts';
import { answerOperation } from '../graphql/execute.ts';
import { judgeParameters } from '../body/body-limits.ts';
import { tellStanding } from '../edge/finish-answer.ts';
import {
  GRAPHQL_PATH,
  negotiateAccept,
  parseObject,
  type GraphqlRequest,
} from '../graphql/graphql-request.ts';
import { LiveStreams, type LiveLimits, type LiveOptions } from '../live/live-streams.ts';
import { createGraphiql, wantsPage, type ServeGraphiql } from '../graphql/graphiql.ts';
import type { HeavyWork } from '../heavy/heavy-request.ts';
import { sendJson } from '../edge/json-answer.ts';
import { declaresJson } from '../edge/media-type.ts';
import { isLight, laneOf, look, rootFieldsIn } from '../heavy/operation-weight.ts';
import { createOperationCache } from '../graphql/prepared-operations.ts';
import { BATCH_REFUSED } from '../graphql/unsupported-requests.ts';
import { jsonTypeFor, writeError, writeResult } from '../graphql/write-result.ts';
import {
  MAX_BULK_BODY_BYTES,
  methods,
  toPublicError,
  unsupportedMediaType,
  type PublicError,
} from '../edge/edge-error.ts';
import { contextOf } from './request-context.ts';
import { leftSignal, sendHeavy } from './send-heavy.ts';

export interface GraphqlDoorOptions extends Services, LiveOptions {
  readonly admission: Admission;
  readonly entrances: readonly Entrance[];
  /** How GraphiQL starts, at the public entrance. Null serves no GraphiQL: a browser then gets the answers that programs get. */
  readonly graphiql: GraphiQLOptions | null;
  readonly heavyWork: HeavyWork;
  readonly liveLimits: LiveLimits;
}

/** Adds /graphql: GraphiQL for browsers that open it, queries and mutations for all callers. */
export function addGraphqlDoor(server: FastifyInstance, options: GraphqlDoorOptions): void {
  const operations = createOperationCache();
  const live = new LiveStreams(options);
  const serveGraphiql = options.graphiql && createGraphiql(options.graphiql);

  const answerAt = (entrance: Entrance) => async (request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refuseRequest(request);
    if (refusal) return sendError(reply, refusal);
    const graphql = toGraphqlRequest(request);
    const { params, prepared } = look(operations, graphql);
    const wait = request.charge?.before(prepared ? rootFieldsIn(prepared) : 1) ?? 0;
    if (wait > 0) return sendError(reply, throttled(wait));
    const type = prepared && isLight(prepared) ? jsonTypeFor(graphql, prepared) : null;
    if (params && prepared && type) {
      const context = contextOf(request, 'GRAPHQL', options);
      return sendJson(reply, writeResult(await answerOperation(prepared, params.variables, context), type));
    }
    const heavy = {
      door: 'graphql',
      request: graphql,
      caller: request.caller,
      requestId: request.id,
    } as const;
    const left = leftSignal(reply);
    const answered = await options.heavyWork.answer(heavy, left, laneOf(prepared, graphql.body?.length ?? 0));
    if ('live' in answered) {
      tellStanding(reply, options.admission.rateLimit);
      const followed = live.follow(request, reply, answered.live, entrance.credentialOf(request));
      // A stream's turn would last as long as its reader.
      request.endTurn?.();
      return followed;
    }
    // From the next time on it is looked up here.
    if (params && !prepared && answered.isValid) operations.trust(params.query, params.operationName);
    return sendHeavy(request, reply, answered);
  };

  for (const entrance of options.entrances) {
    const page = entrance.prefix === '' ? serveGraphiql : null;
    server.route({
      method: [...methods],
      url: entrance.prefix + GRAPHQL_PATH,
      config: { door: 'graphql' },
      bodyLimit: MAX_BULK_BODY_BYTES,
      onRequest: (request, reply) => admit(request, reply, entrance, options.admission, page),
      handler: answerAt(entrance),
      errorHandler: (error, request, reply) => void sendError(reply, toPublicError(error, request)),
    });
  }
}

function toGraphqlRequest(request: FastifyRequest): GraphqlRequest {
  const { method, url, body } = request;
  return {
    method: method === 'GET' ? 'GET' : 'POST',
    parameters: url.replace(/^[^?]*/, ''),
    accept: negotiateAccept(request.headers.accept),
    body: body instanceof Buffer ? body : undefined,
  };
}

/** Who may come in, and what is answered at the door: preflights, GraphiQL's page, refusals. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  entrance: Entrance,
  admission: Admission,
  serveGraphiql: ServeGraphiql | null,
) {
  const page = entrance.judgePage(request, reply);
  if (page === 'preflight') return reply.code(204).send();
  if (page) return sendError(reply, page);
  if (serveGraphiql && wantsPage(request)) return serveGraphiql(request, reply);
  const caller = await entrance.findCaller(request);
  if ('message' in caller) return sendError(reply, caller);
  request.caller = caller;
  const haste = await admission.deny(request, reply);
  if (haste) return sendError(reply, haste);
  if (request.method === 'GET' || request.method === 'POST') return;
  return sendError(reply.header('allow', 'GET, POST'), {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'Send queries and mutations by POST.',
  });
}

/** Why this cannot be a GraphQL request; a body is JSON in UTF-8 alone, so that no cross-site form can run a mutation. */
function refuseRequest(request: FastifyRequest): PublicError | null {
  const { method, body } = request;
  if (method === 'GET') return refuseParameters(request);
  if (!declaresJson(request)) return unsupportedMediaType(request);
  if (!(body instanceof Buffer) || !isUtf8(body)) {
    return { status: 400, code: 'BAD_REQUEST', message: 'The body must be a JSON object in UTF-8.' };
  }
  if (isBatch(body)) return { status: 400, code: 'BAD_REQUEST', message: BATCH_REFUSED };
  return null;
}

/** Looks at the first byte that is no white space. */
function isBatch(body: Buffer): boolean {
  let at = 0;
  while (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09) at++;
  return body[at] === 0x5b;
}

const badParameters: PublicError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The parameters variables and extensions must be JSON objects.',
};

/** Yoga takes it for a fault of ours when they cannot be parsed. */
function refuseParameters({ url }: FastifyRequest): PublicError | null {
  const parameters = new URLSearchParams(url.replace(/^[^?]*/, ''));
  const variables = parameters.get('variables') || 'null';
  const extensions = parameters.get('extensions') || 'null';
  const areJson = [variables, extensions].every((text) => text === 'null' || parseObject(text) !== undefined);
  return areJson ? judgeParameters(variables, extensions) : badParameters;
}

function sendError(reply: FastifyReply, error: PublicError): FastifyReply {
  reply.request.errorCode ??= error.code;
  return sendJson(reply, writeError(error));
}
