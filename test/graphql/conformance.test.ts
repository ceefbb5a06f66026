/** What others hold us to: the GraphQL-over-HTTP specification, the printed schema, and GraphiQL as the manual. */
import { existsSync, readFileSync } from 'node:fs';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
} from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printedSchema, schema } from '../../src/schema/index.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

describe('GraphQL over HTTP, the audits of graphql-http', () => {
  let gateway: Gateway;
  let origin: string;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
    origin = await gateway.listen();
  });
  afterAll(() => gateway.close());

  const audits = serverAudits({
    url: () => `${origin}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${tokens.full}`);
      return fetch(url, { ...init, headers });
    },
  });

  test.each(audits.map((audit) => [`${audit.id}: ${audit.name}`, audit] as const))(
    '%s',
    async (_name, audit) => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
    },
  );

  test('are all there', () => {
    expect(audits).toHaveLength(61);
  });
});

test('schema.graphql is the schema: after a change run `npm run schema`', () => {
  const file = new URL('../../schema.graphql', import.meta.url);
  expect(existsSync(file), 'schema.graphql exists').toBe(true);
  expect(readFileSync(file, 'utf8')).toBe(printedSchema());
});

interface Described {
  readonly description?: string | null | undefined;
}

/** The type, and all that it has a name for. */
function partsOf(type: GraphQLNamedType): [string, Described][] {
  if (isEnumType(type)) {
    return [
      [type.name, type],
      ...type.getValues().map((value): [string, Described] => [`${type.name}.${value.name}`, value]),
    ];
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return [
      [type.name, type],
      ...fields.map((field): [string, Described] => [`${type.name}.${field.name}`, field]),
    ];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [[type.name, type]];
  return [
    [type.name, type],
    ...Object.values(type.getFields()).flatMap((field): [string, Described][] => [
      [`${type.name}.${field.name}`, field],
      ...field.args.map((arg): [string, Described] => [`${type.name}.${field.name}(${arg.name})`, arg]),
    ]),
  ];
}

describe('GraphiQL is the manual', () => {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const parts = types.flatMap(partsOf);

  test('every type, field, argument, input field and enum value is described in a sentence', () => {
    const undescribed = parts.filter(([, { description }]) => !/[^.]\.$/.test(description?.trim() ?? ''));
    expect(undescribed.map(([name]) => name)).toEqual([]);
  });

  test('and none is overlooked', () => {
    const names = parts.map(([name]) => name);
    for (const name of [
      'DateTime',
      'Mutation.updateSkuInventory(input)',
      'Query.sku',
      'Query.sku(by)',
      'SkuIdentifierInput.isbn',
      'SkuRestriction.DISCONTD',
      'UserError.message',
    ]) {
      expect(names).toContain(name);
    }
  });
});
