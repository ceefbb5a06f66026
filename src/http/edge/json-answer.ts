/** Answers in JSON, free of their connection. */
import type { FastifyReply } from 'fastify';

/** Where its headers name no type, it is application/json in UTF-8. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written by JSON.stringify. */
  readonly body: object;
}

/** The headers that it is sent with. */
export function headersOf({ headers }: JsonAnswer): Record<string, string> {
  return { 'content-type': 'application/json; charset=utf-8', ...headers };
}

/** Sends it whole. */
export function sendJson(reply: FastifyReply, answer: JsonAnswer): FastifyReply {
  return reply.code(answer.status).headers(headersOf(answer)).send(JSON.stringify(answer.body));
}
