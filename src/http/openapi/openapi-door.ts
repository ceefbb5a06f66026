/** Serves the OpenAPI document. It needs no token: it says nothing of any supplier. */
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './document.ts';

const OPENAPI_PATH = '/openapi.json';

export function addOpenApiDoor(server: FastifyInstance, version: string): void {
  let text: string | undefined;
  server.route({
    method: ['GET', 'HEAD'],
    url: OPENAPI_PATH,
    handler: (_request, reply) => {
      text ??= JSON.stringify(openApiDocument(version));
      // Tools in a browser read it from other pages.
      return reply
        .type('application/json; charset=utf-8')
        .header('access-control-allow-origin', '*')
        .send(text);
    },
  });
}
