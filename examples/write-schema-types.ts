/** Writes schema.graphql as a type, schema-types.ts: gql.tada reads results and variables off it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, introspectionFromSchema } from 'graphql';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const introspection = introspectionFromSchema(buildSchema(sdl), {
  descriptions: false,
  directiveIsRepeatable: false,
  inputValueDeprecation: false,
  specifiedByUrl: false,
});
/** What no type depends on. */
const left = new Set(['args', 'directives', 'isDeprecated', 'deprecationReason']);
// JSON is a type in TypeScript's own words: of objects, tuples and literals.
const type = JSON.stringify(introspection, (key, value: unknown) => (left.has(key) ? undefined : value), 1);
writeFileSync(
  new URL('schema-types.ts', import.meta.url),
  `/** schema.graphql as a type; made by write-schema-types.ts. */\nexport type introspection = ${type};\n`,
);
