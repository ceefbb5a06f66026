/** The OpenAPI document of all that is not GraphQL, composed of the tables and schemas by which requests are read and answered. */
import { jsonAnswer, refusals, type Part } from './answers.ts';
import { feedPaths, feedSchemas } from './feed-paths.ts';
import { legacyPaths, legacySchemas } from './legacy-paths.ts';
import { webhooks, webhookSchemas } from './webhooks.ts';

const probe = (operationId: string, summary: string, responses: Part): Part => ({
  get: { operationId, summary, tags: ['Probes'], security: [], responses },
});

const readiness: Part = {
  type: 'object',
  properties: { ready: { type: 'boolean' }, reason: { type: 'string' } },
  required: ['ready'],
  additionalProperties: false,
};

const probePaths: Part = {
  '/health': probe('health', 'Whether the gateway runs.', {
    200: jsonAnswer('It runs.', {
      type: 'object',
      properties: { status: { const: 'ok' }, version: { type: 'string' } },
      required: ['status'],
      additionalProperties: false,
    }),
  }),
  '/ready': probe('ready', 'Whether an update can be stored now.', {
    200: jsonAnswer('It can.', readiness),
    ...refusals([503], readiness),
  }),
};

/** The document, without the address of a server: clients take the one that they got it from. */
export function openApiDocument(version: string): Part {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Stockgate',
      version,
      summary: 'The inventory of SKUs, for programs that do not speak GraphQL.',
      description:
        'Updates of single SKUs and of many, files, and probes. Queries, mutations and live changes are at `/graphql`, in GraphQL.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [{ name: 'Inventory' }, { name: 'Inventory files' }, { name: 'Probes' }, { name: 'Webhooks' }],
    paths: { ...legacyPaths, ...feedPaths, ...probePaths },
    webhooks,
    components: {
      schemas: { ...legacySchemas, ...feedSchemas, ...webhookSchemas },
      securitySchemes: {
        legacyToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`Token` and the token, with one space between them.',
        },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}
