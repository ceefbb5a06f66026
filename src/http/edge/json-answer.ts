/** Answers in JSON that do not depend on a connection, so that any thread can make them. */
import type { FastifyReply } from 'fastify';
import type { RefusedCall } from './request-log.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** A body that is JSON already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Its type is application/json in UTF-8 unless its headers say otherwise. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Serialized with JSON.stringify, unless it is a JsonText. */
  readonly body: object;
  /** For the log: the legacy call that is refused. */
  readonly refused?: RefusedCall;
}

/** All headers of the answer. */
export function headersOf({ headers }: JsonAnswer): Record<string, string> {
  return { 'content-type': JSON_TYPE, ...headers };
}

/** Sends the answer, and notes for the log what was refused. */
export function sendJson(reply: FastifyReply, answer: JsonAnswer): FastifyReply {
  reply.request.refusedCall = answer.refused;
  reply.code(answer.status).header('content-type', JSON_TYPE);
  if (answer.headers) reply.headers(answer.headers);
  return reply.send(textOf(answer));
}

function textOf({ body }: JsonAnswer): string {
  return body instanceof JsonText ? body.text : JSON.stringify(body);
}
