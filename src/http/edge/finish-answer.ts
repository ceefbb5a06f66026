/** The last step of every answer to a known caller: charge it, count its bytes while they are in flight, and say what it cost. */
import type { onSendHookHandler, FastifyReply, FastifyRequest } from 'fastify';
import { inPieces } from './answer-pieces.ts';
import { tokenOf, type RateLimit } from '../fair/rate-limit.ts';

/** With the value `true`, a GraphQL answer has `extensions.cost`. */
const COST_HEADER = 'x-include-cost';

/** An answer in the forms in which doors send it. */
type Payload = string | Buffer | object | null | undefined;

/** Sets the RateLimit headers, for the caller's token or its supplier; none without a rate limit. */
export function tellStanding(reply: FastifyReply, rateLimit: RateLimit): void {
  const standing = rateLimit.describe(tokenOf(reply.request.caller));
  if (standing) reply.header('ratelimit-policy', standing.policy).header('ratelimit', standing.state);
}

/** A hook for Fastify's onSend. */
export function finishAnswer(rateLimit: RateLimit): onSendHookHandler<Payload> {
  return (request, reply, payload, done) =>
    done(null, request.caller ? finish(request, reply, payload, rateLimit) : payload);
}

function finish(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Payload,
  rateLimit: RateLimit,
): Payload {
  const isWhole = typeof payload === 'string' || payload instanceof Buffer;
  const { charge } = request;
  if (isWhole) charge?.after({ answerBytes: payload.length });
  tellStanding(reply, rateLimit);
  if (!isWhole) return payload;

  request.held?.hold(payload.length);
  const answer = charge && wantsCost(request, reply) ? withCost(payload, charge.cost) : payload;
  if (!(answer instanceof Buffer)) return answer;
  reply.header('content-length', answer.length);
  return inPieces(answer);
}

function wantsCost({ headers, route }: FastifyRequest, reply: FastifyReply): boolean {
  const isGraphql = route.config.door === 'graphql' && headers[COST_HEADER] === 'true';
  return isGraphql && /^application\/(graphql-response\+)?json/.test(String(reply.getHeader('content-type')));
}

/** Adds `extensions` to a JSON object. No answer has extensions already. */
function withCost(answer: string | Buffer, cost: number): string | Buffer {
  const end = `,"extensions":{"cost":${cost}}}`;
  return typeof answer === 'string'
    ? answer.slice(0, -1) + end
    : Buffer.concat([answer.subarray(0, -1), Buffer.from(end)]);
}
