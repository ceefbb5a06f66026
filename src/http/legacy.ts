/** The legacy door: maps the documented POST onto the GraphQL mutation, and its answer back. Order of the checks: DRF's. */
import { execute } from '@graphql-tools/executor';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { problems, type Inventory, type Problem } from '../inventory.ts';
import type { Context } from '../schema/builder.ts';
import { schema } from '../schema/index.ts';
import { authenticateHeader, denyCaller, tokenSchemes, type Authenticate } from './authenticate.ts';
import { identifierFields, parseLegacyUpdate, toMessage, type LegacyUpdate } from './legacy-fields.ts';
import { declaresJson } from './media-type.ts';
import { methods, toPublicError } from './public-error.ts';
import { parseJson } from './python-json.ts';

export interface LegacyDoorOptions {
  readonly inventory: Inventory;
  readonly authenticate: Authenticate;
}

const PATH = '/timp/products/skus/inventory';
const ALLOW = 'POST, OPTIONS';

/** Adds the documented path, with and without its trailing slash. */
export function addLegacyDoor(server: FastifyInstance, options: LegacyDoorOptions): void {
  server.route({
    method: [...methods],
    url: PATH,
    onRequest: async (request, reply) => {
      reply.header('allow', ALLOW);
      const caller = await authenticateHeader(
        request.headers.authorization,
        tokenSchemes.legacy,
        options.authenticate,
      );
      if ('message' in caller) {
        return sendDetail(reply.header('www-authenticate', 'Token'), caller.status, caller.message);
      }
      const denial = denyCaller(caller, 'edit_items');
      if (denial) return sendDetail(reply, denial.status, denial.message);
      request.caller = caller;
      if (request.method === 'OPTIONS') return reply.send(metadata);
      if (request.method !== 'POST') return sendDetail(reply, 405, `Method "${request.method}" not allowed.`);
    },
    handler: (request, reply) => updateOne(request, reply, options.inventory),
    errorHandler: (error, request, reply) => {
      const { status, message } = toPublicError(error, request);
      void sendDetail(reply, status, status === 415 ? unsupported(request) : message);
    },
  });
}

/** What DRF answers to OPTIONS. */
const metadata = {
  name: 'Update Sku Inventory',
  description: "Update a single sku's inventory.",
  renders: ['application/json'],
  parses: ['application/json'],
};

async function updateOne(
  request: FastifyRequest,
  reply: FastifyReply,
  inventory: Inventory,
): Promise<FastifyReply> {
  const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
  if (body.length > 0 && !declaresJson(request)) {
    return sendDetail(reply, 415, unsupported(request));
  }
  // DRF reads no body as an empty object.
  const json = parseJson(body.length > 0 ? body : Buffer.from('{}'));
  if ('error' in json) return sendDetail(reply, 400, `JSON parse error - ${json.error}`);
  const parsed = parseLegacyUpdate(json);
  if ('errors' in parsed) {
    return reply.code(400).send({ ...parsed.errors, message: toMessage(parsed.errors) });
  }
  const { outcome, userErrors } = await runMutation(parsed.update, {
    caller: request.caller,
    source: 'REST',
    inventory,
  });
  const [refusal] = userErrors;
  if (outcome !== 'REJECTED' || !refusal) return reply.send({ message: 'success' });
  return answerRefusal[refusal.code](reply, parsed.update, refusal.message);
}

function unsupported({ headers }: FastifyRequest): string {
  return `Unsupported media type "${headers['content-type'] ?? ''}" in request.`;
}

type AnswerRefusal = (reply: FastifyReply, update: LegacyUpdate, message: string) => FastifyReply;

const answerRefusal: Record<Problem, AnswerRefusal> = {
  SKU_NOT_FOUND: (reply, update) => reply.code(404).send({ message: notFound(update) }),
  INVALID_IDENTIFIER: (reply, update, hint) => reply.code(404).send({ message: notFound(update), hint }),
  AMBIGUOUS_IDENTIFIER: (reply, _update, message) => sendDetail(reply, 422, message),
};

function notFound({ identifier }: LegacyUpdate): string {
  return `No sku found with sku identifier: ${identifier.repr()}; Valid identifiers: ${identifierFields.join(', ')}`;
}

/** DRF's key, and the documented one. */
function sendDetail(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).send({ detail, message: detail });
}

/** The one mutation behind this door, parsed and validated once. */
const mutation = parse(`
  mutation ($input: UpdateSkuInventoryInput!) {
    updateSkuInventory(input: $input) { outcome userErrors { code message } }
  }
`);
const [mistake] = validate(schema, mutation);
if (mistake) throw mistake;

const resultShape = z.object({
  data: z.object({
    updateSkuInventory: z.object({
      outcome: z.string(),
      userErrors: z.array(z.object({ code: z.enum(problems), message: z.string() })),
    }),
  }),
});

async function runMutation({ identifier, ...changes }: LegacyUpdate, contextValue: Context) {
  const input = {
    ...changes,
    ...(changes.restrictions && { restrictions: changes.restrictions.toUpperCase() }),
    identifier: { [identifierKindOf[identifier.field]]: identifier.value },
  };
  const result = await execute({ schema, document: mutation, variableValues: { input }, contextValue });
  // The fields were judged by stricter rules than the schema's: an error here is ours.
  if ('errors' in result && result.errors?.[0]) throw result.errors[0];
  return resultShape.parse(result).data.updateSkuInventory;
}

const identifierKindOf = {
  sku_id: 'skuId',
  upca: 'upca',
  ean13: 'ean13',
  gtin14: 'gtin14',
  isbn: 'isbn',
} as const;
