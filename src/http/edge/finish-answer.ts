/** What every answer to a known caller passes last: it is charged, counted while it is in flight, and told what it cost. */
import type { onSendHookHandler, FastifyReply, FastifyRequest } from 'fastify';
import { inPieces } from './answer-pieces.ts';
import { tokenOf, type RateLimit } from '../fair/rate-limit.ts';

/** Asks for `extensions.cost` in a GraphQL answer. */
const COST_HEADER = 'x-include-cost';

/** An answer as doors send it. */
type Payload = string | Buffer | object | null | undefined;

/** Says in its headers where the caller's token stands. */
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

function wantsCost({ headers, routeOptions }: FastifyRequest, reply: FastifyReply): boolean {
  const isGraphql = routeOptions.config.door === 'graphql' && headers[COST_HEADER] === 'true';
  return isGraphql && /^application\/(graphql-response\+)?json/.test(String(reply.getHeader('content-type')));
}

/** The JSON object with one key more. No answer has extensions of its own. */
function withCost(answer: string | Buffer, cost: number): string | Buffer {
  const end = `,"extensions":{"cost":${cost}}}`;
  return typeof answer === 'string'
    ? answer.slice(0, -1) + end
    : Buffer.concat([answer.subarray(0, -1), Buffer.from(end)]);
}
