/** Serves the page of all operations, at /docs: one file without a script, and with nothing of any supplier. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { schema } from '../../schema/index.ts';
import { openApiDocument } from '../openapi/document.ts';
import { graphqlOperations, graphqlTypes } from './graphql-sections.ts';
import { html, Html } from './html.ts';
import { restSections } from './rest-sections.ts';
import { style } from './style.ts';

const styleHash = createHash('sha256').update(style).digest('base64');
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

export function addDocsDoor(server: FastifyInstance, version: string): void {
  let page: Promise<string> | undefined;
  server.route({
    method: ['GET', 'HEAD'],
    url: '/docs',
    handler: async (_request, reply) => {
      page ??= writePage(version);
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .header('cache-control', 'no-cache')
        .send(await page);
    },
  });
}

/** Other requests get their turns between the parts, which take some 20 ms each the first time. */
async function writePage(version: string): Promise<string> {
  const rest = restSections(openApiDocument(version));
  await nextTurn();
  const operations = graphqlOperations(schema);
  await nextTurn();
  const types = graphqlTypes(schema);
  await nextTurn();
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Stockgate: operations</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          <h1>Stockgate ${version}: operations</h1>
          <p>
            For tools: <a href="/openapi.json">openapi.json</a>, and the introspection of
            <a href="/graphql">GraphQL</a>.
          </p>
        </header>
        <nav aria-label="Operations">
          <h2>GraphQL: <code>POST /graphql</code></h2>
          <ul>
            ${operations.links}
          </ul>
          <h2>REST</h2>
          <ul>
            ${rest.links}
          </ul>
        </nav>
        <main>
          <h2>GraphQL operations</h2>
          ${operations.sections}
          <h2>REST operations</h2>
          ${rest.operations}
          <h2>REST bodies</h2>
          ${rest.schemas}
          <h2>GraphQL types</h2>
          ${types}
        </main>
      </body>
    </html>`.text;
}
