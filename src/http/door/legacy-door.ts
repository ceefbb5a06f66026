/** The legacy door: maps the documented POST onto the GraphQL mutation, and its answer back. Order of the checks: DRF's. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../../domain/caller.ts';
import { createContext, type Services } from '../../schema/builder/context.ts';
import type { Admission } from '../edge/admission.ts';
import { authenticateHeader, denyCaller, tokenSchemes } from '../edge/authenticate.ts';
import type { HeavyWork } from '../heavy/heavy-request.ts';
import { detailed, type LegacyAnswer } from '../legacy/answer.ts';
import { pickSafetyHeaders } from '../legacy/safety-headers.ts';
import { answerLegacy, type LegacyDoor } from '../legacy/views.ts';
import { declaresJson } from '../edge/media-type.ts';
import { MAX_CALL_BYTES } from '../heavy/operation-weight.ts';
import {
  MAX_BODY_BYTES,
  MAX_BULK_BODY_BYTES,
  methods,
  setRefusalHeaders,
  toPublicError,
  type PublicError,
} from '../edge/edge-error.ts';
import { leftSignal, sendHeavy } from './send-heavy.ts';

export interface LegacyDoorOptions extends Services {
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly heavyWork: HeavyWork;
}

const PATH = '/timp/products/skus/inventory';

/** A body up to this size, in bytes, is answered on the spot; a larger one on a request thread. */
const MAX_LIGHT_BODY = 16_384;

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
      handler: (request, reply) => answer(request, reply, view, options),
      errorHandler: (error, request, reply) => {
        const refusal = toPublicError(error, request);
        const message = refusal.status === 415 ? unsupported(request) : refusal.message;
        void sendRefusal(reply, { ...refusal, message });
      },
    });
  }
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  view: View,
  { authenticate, admission }: LegacyDoorOptions,
) {
  reply.header('allow', 'POST, OPTIONS');
  const caller = await authenticateHeader(request.headers.authorization, tokenSchemes.legacy, authenticate);
  if ('message' in caller) return sendRefusal(reply, caller);
  request.caller = caller;
  const denial = denyCaller(caller, 'edit_items') ?? (await admission.deny(request, reply));
  if (denial) return sendRefusal(reply, denial);
  if (request.method === 'OPTIONS') {
    const { name, description } = view;
    return reply.send({ name, description, renders: ['application/json'], parses: ['application/json'] });
  }
  if (request.method !== 'POST')
    return sendAnswer(reply, detailed(405, `Method "${request.method}" not allowed.`));
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { door }: View,
  options: LegacyDoorOptions,
): Promise<FastifyReply> {
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  if (body.length > 0 && !declaresJson(request))
    return sendAnswer(reply, detailed(415, unsupported(request)));
  const headers = pickSafetyHeaders(request.headers);
  const isTooDeep = request.bodyShape?.isTooDeep;
  if (body.length > MAX_LIGHT_BODY) {
    const { caller, id: requestId } = request;
    const heavy = { door, body, isTooDeep, headers, caller, requestId };
    const lane = body.length <= MAX_CALL_BYTES ? 'calls' : 'bulk';
    return sendHeavy(request, reply, await options.heavyWork.answer(heavy, leftSignal(reply), lane));
  }
  const source = door === 'legacy' ? 'REST' : 'REST_BULK';
  return sendAnswer(
    reply,
    await answerLegacy({ door, body, isTooDeep, headers }, createContext(request.caller, source, options)),
  );
}

function sendAnswer(reply: FastifyReply, { status, headers = {}, body }: LegacyAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** A refusal of the edge's, with the headers that it needs. */
function sendRefusal(reply: FastifyReply, refusal: PublicError): FastifyReply {
  const { status, message, isListError } = refusal;
  setRefusalHeaders(reply, refusal);
  return sendAnswer(
    reply,
    isListError ? { status, body: { non_field_errors: [message], message } } : detailed(status, message),
  );
}

function unsupported({ headers }: FastifyRequest): string {
  return `Unsupported media type "${headers['content-type'] ?? ''}" in request.`;
}
