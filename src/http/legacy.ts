/** The legacy door: maps the documented POST onto the GraphQL mutation, and its answer back. Order of the checks: DRF's. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createContext, mayView, type Services } from '../schema/context.ts';
import {
  authenticateHeader,
  denyCaller,
  denyHaste,
  tokenSchemes,
  type Authenticate,
} from './authenticate.ts';
import { notFound, sendDetail, sendRefusal, statusOf } from './legacy-answer.ts';
import { updateInBulk } from './legacy-bulk.ts';
import { parseLegacyUpdate, toMessage } from './legacy-fields.ts';
import { readSafetyHeaders } from './legacy-headers.ts';
import { toInput, updateSkuInventory, type LegacyInventory } from './legacy-mutation.ts';
import { declaresJson } from './media-type.ts';
import { MAX_BODY_BYTES, MAX_BULK_BODY_BYTES, methods, toPublicError } from './public-error.ts';
import { parseJson, type Json } from './python-json.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Door } from './request-record.ts';

export interface LegacyDoorOptions extends Services {
  readonly authenticate: Authenticate;
  readonly rateLimit: RateLimit;
}

const PATH = '/timp/products/skus/inventory';

/** A view, as DRF calls it: what is done with a body that is JSON, and how OPTIONS describes it. */
interface View {
  readonly url: string;
  readonly door: Door;
  readonly bodyLimit: number;
  readonly name: string;
  readonly description: string;
  readonly post: (
    json: Json,
    request: FastifyRequest,
    reply: FastifyReply,
    services: Services,
  ) => Promise<FastifyReply>;
}

const views: readonly View[] = [
  {
    url: PATH,
    door: 'legacy',
    bodyLimit: MAX_BODY_BYTES,
    name: 'Update Sku Inventory',
    description: "Update a single sku's inventory.",
    post: updateOne,
  },
  {
    url: `${PATH}/bulk`,
    door: 'legacy_bulk',
    bodyLimit: MAX_BULK_BODY_BYTES,
    name: 'Bulk Update Sku Inventory',
    description: "Update many skus' inventory.",
    post: updateInBulk,
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
      handler: (request, reply) => readBody(request, reply, view, options),
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
  { authenticate, rateLimit }: LegacyDoorOptions,
) {
  reply.header('allow', 'POST, OPTIONS');
  const caller = await authenticateHeader(request.headers.authorization, tokenSchemes.legacy, authenticate);
  if ('message' in caller) return sendRefusal(reply, caller);
  request.caller = caller;
  const denial = denyCaller(caller, 'edit_items') ?? (await denyHaste(caller, rateLimit));
  if (denial) return sendRefusal(reply, denial);
  if (request.method === 'OPTIONS') {
    const { name, description } = view;
    return reply.send({ name, description, renders: ['application/json'], parses: ['application/json'] });
  }
  if (request.method !== 'POST') return sendDetail(reply, 405, `Method "${request.method}" not allowed.`);
}

async function readBody(request: FastifyRequest, reply: FastifyReply, view: View, services: Services) {
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  if (body.length > 0 && !declaresJson(request)) return sendDetail(reply, 415, unsupported(request));
  const json = parseJson(body, request.bodyShape?.isTooDeep);
  if ('error' in json) return sendDetail(reply, 400, `JSON parse error - ${json.error}`);
  return view.post(json, request, reply, services);
}

function unsupported({ headers }: FastifyRequest): string {
  return `Unsupported media type "${headers['content-type'] ?? ''}" in request.`;
}

async function updateOne(
  json: Json,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const parsed = parseLegacyUpdate(json);
  if ('errors' in parsed) {
    return reply.code(400).send({ ...parsed.errors, message: toMessage(parsed.errors) });
  }
  const safety = readSafetyHeaders(request);
  if ('error' in safety) return sendDetail(reply, 400, safety.error);
  const { sku, replayed, userErrors } = await updateSkuInventory(
    { ...toInput(parsed.update), ...safety },
    createContext(request.caller, 'REST', services),
  );
  if (replayed) reply.header('idempotent-replayed', 'true');
  const shown = mayView(request.caller) ? sku : null;
  if (shown) reply.header('etag', `"${shown.version}"`);
  const [refusal] = userErrors;
  if (!refusal) return reply.send({ message: 'success' });
  const { code, message } = refusal;
  const status = statusOf[code];
  if (status === 404) {
    const hint = code === 'INVALID_IDENTIFIER' ? { hint: message } : {};
    return reply.code(404).send({ message: notFound(parsed.update), ...hint });
  }
  if (code === 'PRECONDITION_FAILED' && shown) {
    return reply.code(status).send({ detail: message, message, current: toWire(shown) });
  }
  return sendDetail(reply, status, message);
}

function toWire({ skuId, quantityInStock, quantityOnBackorder, restrictions, version }: LegacyInventory) {
  return {
    sku_id: skuId,
    quantity_in_stock: quantityInStock,
    quantity_on_backorder: quantityOnBackorder,
    restrictions: restrictions?.toLowerCase() ?? null,
    version,
  };
}
