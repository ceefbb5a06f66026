/** Sends what a request thread answered, and logs what went wrong there under the request's id. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromFault, type WholeAnswer, type HeavyAnswer } from '../heavy/heavy-request.ts';
import { reportFault } from '../edge/edge-error.ts';

export function sendHeavy(request: FastifyRequest, reply: FastifyReply, answer: HeavyAnswer): FastifyReply {
  if ('live' in answer) throw new Error('Only the GraphQL door takes subscriptions.');
  noteHeavy(request, answer);
  request.charge?.after(answer);
  const { buffer, byteOffset, length } = answer.body;
  return reply
    .code(answer.status)
    .headers(answer.headers)
    .send(Buffer.from(buffer, byteOffset, length));
}

function noteHeavy(request: FastifyRequest, { faults, code, problems, refused }: WholeAnswer): void {
  for (const fault of faults) reportFault(fromFault(fault), request);
  if (code !== null) request.errorCode ??= code;
  request.problems = problems;
  request.refusedCall = refused;
}

/** Aborts when the client leaves before it is answered. */
export function leftSignal({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => left.abort());
  return left.signal;
}
