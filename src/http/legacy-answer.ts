/** How the legacy door answers: a status for each problem, and DRF's words. */
import type { FastifyReply } from 'fastify';
import type { Problem } from '../problem.ts';
import { identifierFields, type LegacyUpdate } from './legacy-fields.ts';
import { setRefusalHeaders, type PublicError } from './public-error.ts';

export const statusOf: Record<Problem, number> = {
  IDEMPOTENCY_KEY_REUSED: 422,
  BAD_USER_INPUT: 400,
  CHANGE_NOT_FOUND: 404,
  INVALID_IDENTIFIER: 404,
  SKU_NOT_FOUND: 404,
  AMBIGUOUS_IDENTIFIER: 422,
  PRECONDITION_FAILED: 412,
  QUANTITY_BELOW_ZERO: 422,
  QUANTITY_TOO_LARGE: 422,
  ROLLED_BACK: 422,
};

/** The message of a 404: the legacy server's own words, with Python's repr of what was sent. */
export function notFound({ identifier }: LegacyUpdate): string {
  return `No sku found with sku identifier: ${identifier.repr()}; Valid identifiers: ${identifierFields.join(', ')}`;
}

/** DRF's key, and the documented one. */
export function sendDetail(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).send({ detail, message: detail });
}

/** A refusal of the edge's, with the headers that it needs. */
export function sendRefusal(reply: FastifyReply, refusal: PublicError): FastifyReply {
  const { status, message, isListError } = refusal;
  setRefusalHeaders(reply, refusal);
  return isListError
    ? reply.send({ non_field_errors: [message], message })
    : sendDetail(reply, status, message);
}
