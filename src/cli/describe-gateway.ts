/** What `stockgate serve` prints once it listens. */
import { describeDatabase } from '../db/driver/database-url.ts';
import { DEMO_TOKEN } from '../demo/demo.ts';

/** The settings that are told. */
interface Described {
  readonly demo: boolean;
  readonly database: string;
  readonly graphiql: 'on' | 'off';
  readonly 'no-board': boolean;
}

/** Where to find what, and with `--demo` a request to try. `metricsOrigin`: undefined where there are no metrics. */
export function describeGateway(
  origin: string,
  metricsOrigin: string | undefined,
  { demo, database, graphiql, 'no-board': hasNoBoard }: Described,
): string {
  const lines = [
    `Stockgate listens on ${origin} (${describeDatabase(database)})`,
    '',
    ...(hasNoBoard ? [] : [`  Board      ${origin}/board/`]),
    `  ${graphiql === 'on' ? 'GraphiQL' : 'GraphQL '}   ${origin}/graphql`,
    `  Docs       ${origin}/docs`,
    `  OpenAPI    ${origin}/openapi.json`,
    ...(metricsOrigin === undefined ? [] : [`  Metrics    ${metricsOrigin}/metrics`]),
  ];
  if (!demo) return [...lines, ''].join('\n');
  return [
    ...lines,
    `  Token      ${DEMO_TOKEN}`,
    '',
    'Try:',
    '',
    `  curl -X POST ${origin}/timp/products/skus/inventory/ \\`,
    `    -H 'Authorization: Token ${DEMO_TOKEN}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '{"sku_id": "xkuOwSQ3utl", "quantity_in_stock": 3}'`,
    '',
    '',
  ].join('\n');
}
