/** The legacy door: maps the documented POST onto the GraphQL mutation, and its answer back. Order of the checks: DRF's. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../domain/caller.ts';
import type { Services } from '../../schema/builder/context.ts';
import type { Admission } from '../edge/admission.ts';
import { allowOrigins } from '../edge/cors.ts';
import { authenticateHeader, tokenSchemes } from '../edge/authenticate.ts';
import type { HeavyWork } from '../heavy/heavy-request.ts';
import { detailed, refused } from '../legacy/answer.ts';
import { denyUpdates } from '../legacy/mutations.ts';
import { pickSafetyHeaders } from '../legacy/safety-headers.ts';
import { answerLegacy, sourceOf, type LegacyDoor } from '../legacy/views.ts';
import { sendJson } from '../edge/json-answer.ts';
import { COMPRESSED_BODY, declaresJson, isCompressed } from '../edge/media-type.ts';
import { isLightBody, laneOfCall } from '../heavy/operation-weight.ts';
import { MAX_BODY_BYTES, MAX_BULK_BODY_BYTES, methods, toPublicError } from '../edge/edge-error.ts';
import { contextOf } from './request-context.ts';
import { leftSignal, sendHeavy } from './send-heavy.ts';

export interface LegacyDoorOptions extends Services {
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly heavyWork: HeavyWork;
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
}

const PATH = '/timp/products/skus/inventory';

/** A view, as DRF calls it, and how OPTIONS describes it. */
interface View {
  readonly url: string;
  readonly door: LegacyDoor;
  readonly bodyLimit: number;
  readonly name: string;
  readonly description: string;
}

const views: readonly View[] = [
  {
    url: PATH,
    door: 'legacy',
    bodyLimit: MAX_BODY_BYTES,
    name: 'Update Sku Inventory',
    description: "Update a single sku's inventory.",
  },
  {
    url: `${PATH}/bulk`,
    door: 'legacy_bulk',
    bodyLimit: MAX_BULK_BODY_BYTES,
    name: 'Bulk Update Sku Inventory',
    description: "Update many skus' inventory.",
  },
];

/** Adds the documented paths, with and without their trailing slash. */
export function addLegacyDoor(server: FastifyInstance, options: LegacyDoorOptions): void {
  for (const view of views) {
    server.route({
      method: [...methods],
      url: view.url,
      config: { door: view.door },
      bodyLimit: view.bodyLimit,
      onRequest: (request, reply) => admit(request, reply, view, options),
      handler: answerWith(view, options),
      errorHandler: (error, request, reply) => {
        const refusal = toPublicError(error, request);
        const message = refusal.status === 415 ? unsupported(request) : refusal.message;
        void sendJson(reply, refused({ ...refusal, message }));
      },
    });
  }
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  view: View,
  { authenticate, admission, corsOrigins }: LegacyDoorOptions,
) {
  // A script that sends no Origin gets exactly the documented headers.
  const isFromPage = request.headers.origin !== undefined;
  if (isFromPage && allowOrigins(corsOrigins, request, reply)) return reply.code(204).send();
  reply.header('allow', 'POST, OPTIONS');
  const caller = await authenticateHeader(request.headers.authorization, tokenSchemes.legacy, authenticate);
  if ('message' in caller) return sendJson(reply, refused(caller));
  request.caller = caller;
  const denial = denyUpdates(caller) ?? (await admission.deny(request, reply));
  if (denial) return sendJson(reply, refused(denial));
  if (request.method === 'OPTIONS') {
    const { name, description } = view;
    return reply.send({ name, description, renders: ['application/json'], parses: ['application/json'] });
  }
  if (request.method !== 'POST')
    return sendJson(reply, detailed(405, `Method "${request.method}" not allowed.`));
}

/** Answers a POST that is let in. */
function answerWith({ door }: View, options: LegacyDoorOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
    if (body.length > 0 && !declaresJson(request))
      return sendJson(reply, detailed(415, unsupported(request)));
    const headers = pickSafetyHeaders(request.headers);
    const isTooDeep = request.bodyShape?.isTooDeep;
    if (isLightBody(body.length)) {
      const context = contextOf(request, sourceOf[door], options);
      return sendJson(reply, await answerLegacy({ door, body, isTooDeep, headers }, context));
    }
    const { caller, id: requestId } = request;
    const heavy = { door, body, isTooDeep, headers, caller, requestId };
    const lane = laneOfCall(body.length);
    return sendHeavy(request, reply, await options.heavyWork.answer(heavy, leftSignal(reply), lane));
  };
}

function unsupported(request: FastifyRequest): string {
  if (isCompressed(request)) return COMPRESSED_BODY;
  const { headers } = request;
  return `Unsupported media type "${headers['content-type'] ?? ''}" in request.`;
}
