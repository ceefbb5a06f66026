/** The legacy door for many SKUs: a bare array in, a status and a message a row out, in the same order, always 200. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_BULK_ROWS } from '../inventory.ts';
import { createContext, type Services } from '../schema/context.ts';
import { notFound, sendDetail, statusOf } from './legacy-answer.ts';
import { parseLegacyUpdate, toMessage } from './legacy-fields.ts';
import { readSafetyHeaders } from './legacy-headers.ts';
import { bulkUpdateSkuInventory, toInput } from './legacy-mutation.ts';
import { elementsOf, type Json } from './python-json.ts';
import { typeName } from './python-repr.ts';

export async function updateInBulk(
  json: Json,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const rows = elementsOf(json);
  if (!rows) return refuse(reply, `Expected a list of items but got type "${typeName(json.asPython())}".`);
  if (rows.length > MAX_BULK_ROWS) {
    return refuse(reply, `At most ${MAX_BULK_ROWS} items in one call; this one has ${rows.length}.`);
  }
  const safety = readSafetyHeaders(request);
  if ('error' in safety) return sendDetail(reply, 400, safety.error);

  if (request.headers['if-match'] !== undefined) {
    return sendDetail(reply, 400, 'If-Match names the version of one SKU: it cannot be sent with many.');
  }
  const parsed = rows.map((row) => parseLegacyUpdate(row));
  // A malformed row keeps its place, and is refused there too: the same key with other rows is told apart.
  const updates = parsed.map((row) => ('update' in row ? toInput(row.update) : {}));
  const { results, replayed, userErrors } = await bulkUpdateSkuInventory(
    { updates, ...(safety.idempotencyKey !== undefined && { idempotencyKey: safety.idempotencyKey }) },
    createContext(request.caller, 'REST_BULK', services),
  );
  if (replayed) reply.header('idempotent-replayed', 'true');
  const [refusal] = userErrors;
  if (refusal) return sendDetail(reply, statusOf[refusal.code], refusal.message);

  return reply.send(
    parsed.map((row, i) => {
      if ('errors' in row) return { status_code: 400, message: toMessage(row.errors) };
      const [problem] = results[i]?.userErrors ?? [];
      if (!problem) return { status_code: 200, message: 'success' };
      const status = statusOf[problem.code];
      return { status_code: status, message: status === 404 ? notFound(row.update) : problem.message };
    }),
  );
}

/** DRF's answer to a body that is no list of items. */
function refuse(reply: FastifyReply, reason: string): FastifyReply {
  return reply.code(400).send({ non_field_errors: [reason], message: reason });
}
