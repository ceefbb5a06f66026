/** Random operations that are valid in the schema, and variables for them, valid or not. */
import {
  getNullableType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedOutputType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { schema } from '../../../src/schema/index.ts';
import type { Random } from '../../fuzz/random.ts';

export interface RandomOperation {
  readonly query: string;
  /** New variables for the same operation. One in six has something that does not fit. */
  variables(random: Random): object;
}

/** Texts by the name of the field or argument. Others get one of `texts`. */
const textsOf: Readonly<Record<string, readonly string[]>> = {
  skuId: ['shared', 'EACH', 'BOOK-NEW', 'nobody', ' shared ', ''],
  upca: ['036000291452', '036000291453'],
  isbn: ['978-0-306-40615-7', '0306406152'],
  ean13: ['4006381333931'],
  gtin14: ['14006381333938'],
  id: ['U2t1OnNoYXJlZA==', 'nonsense'],
  reason: ['A count', 'é "quoted" \\ \u2028', 'with\ttab'],
  after: ['nonsense'],
  before: ['nonsense'],
  referenceDocumentUri: ['https://example.com/1', 'no uri'],
};
const texts = ['', 'a', 'shared', '1'];
const times = ['2026-11-01T09:00:00Z', '2026-10-01T11:00:00.5+02:00', '2030-01-01T00:00:00Z', 'yesterday'];
const MAX_DEPTH = 5;

interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Its default with the sign before it; may be empty. */
  readonly fallback: string;
}

/** Makes an operation. It may be past a limit, and then it is refused. */
export function randomOperation(random: Random): RandomOperation {
  const isMutation = random.oneIn(2);
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new Error('The schema has no such operation.');
  const declared: Variable[] = [];
  const declare = (type: GraphQLInputType): string => {
    const plain = random.oneIn(12)
      ? random.pick(['toString', '__proto__'])
      : random.pick(['v', 'input', '_']);
    const name = declared.some((variable) => variable.name === plain) ? plain + declared.length : plain;
    const hasDefault = !isNonNullType(type) && random.oneIn(4);
    declared.push({ name, type, fallback: hasDefault ? ` = ${literal('', type, random, undefined)}` : '' });
    return `$${name}`;
  };
  const selection = selectFields(root, random, MAX_DEPTH, declare, 1 + random.below(2));
  const definitions = declared.map(({ name, type, fallback }) => `$${name}: ${String(type)}${fallback}`);
  const head = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  return {
    query: `${isMutation ? 'mutation' : 'query'} Random${head} ${selection}`,
    variables: (values) => Object.fromEntries(declared.flatMap((variable) => valueOf(variable, values))),
  };
}

/** Variables for an operation of the schema. One in six has something that does not fit. */
export function randomVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  random: Random,
): object {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, type: written }) => {
      const type = typeFromAST(schema, written);
      if (!isInputType(type)) throw new Error(`$${variable.name.value} has a type that is no input.`);
      return valueOf({ name: variable.name.value, type }, random);
    }),
  );
}

function valueOf({ name, type }: Pick<Variable, 'name' | 'type'>, random: Random): [string, unknown][] {
  if (!isNonNullType(type) && random.oneIn(4)) return [];
  return [[name, random.oneIn(6) ? oddValue(random) : value('', type, random)]];
}

type Declare = (type: GraphQLInputType) => string;

function selectFields(
  type: GraphQLNamedOutputType,
  random: Random,
  depth: number,
  declare: Declare,
  count: number,
): string {
  if (!isObjectType(type) && !isAbstractType(type)) return '';
  const parts = ['__typename'];
  if (isAbstractType(type)) {
    const possible = random.pick(schema.getPossibleTypes(type));
    parts.push(`... on ${possible.name} ${selectFields(possible, random, depth - 1, declare, 2)}`);
  }
  const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
  for (let i = 0; i < count && fields.length > 0; i++) {
    const field = random.pick(fields);
    const named = getNamedType(field.type);
    const isLeaf = !isObjectType(named) && !isAbstractType(named);
    if (!isLeaf && depth <= 0) continue;
    const inner = isLeaf ? '' : ` ${selectFields(named, random, depth - 1, declare, 1 + random.below(4))}`;
    const directive = random.oneIn(100) ? ' @include(if: true)' : '';
    const text = `a${random.below(1_000)}: ${field.name}${argumentsOf(field.args, random, declare)}${directive}${inner}`;
    parts.push(random.oneIn(10) ? `... on ${type.name} { ${text} }` : text);
  }
  return `{ ${parts.join(' ')} }`;
}

function argumentsOf(args: readonly GraphQLArgument[], random: Random, declare: Declare): string {
  const given = args.flatMap((argument) => {
    if (!isRequiredArgument(argument) && random.oneIn(2)) return [];
    return [`${argument.name}: ${literal(argument.name, argument.type, random, declare)}`];
  });
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

/** A literal, in which variables may stand. Without `declare` there are none. */
function literal(name: string, type: GraphQLInputType, random: Random, declare: Declare | undefined): string {
  if (declare && random.oneIn(3)) return declare(type);
  if (!isNonNullType(type) && random.oneIn(10)) return 'null';
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = Array.from({ length: random.below(3) }, () =>
      literal(name, nullable.ofType, random, declare),
    );
    return random.oneIn(5) && items[0] !== undefined ? items[0] : `[${items.join(', ')}]`;
  }
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    // A variable of a @oneOf field must not be null, which its type cannot say.
    const chosen = nullable.isOneOf ? [random.pick(fields)] : fields;
    const given = chosen.flatMap((field) => {
      if (!nullable.isOneOf && !isRequiredInputField(field) && random.oneIn(2)) return [];
      const inner = nullable.isOneOf ? undefined : declare;
      const text = nullable.isOneOf
        ? JSON.stringify(value(field.name, field.type, random) ?? 'a')
        : literal(field.name, field.type, random, inner);
      return [`${field.name}: ${text}`];
    });
    return `{${given.join(', ')}}`;
  }
  if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
  return JSON.stringify(value(name, nullable, random) ?? 'a');
}

/** A value that is likely valid. */
function value(name: string, type: GraphQLInputType, random: Random): unknown {
  if (!isNonNullType(type) && random.oneIn(10)) return null;
  const nullable = getNullableType(type);
  if (isListType(nullable))
    return Array.from({ length: random.below(3) }, () => value(name, nullable.ofType, random));
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    const chosen = nullable.isOneOf
      ? [random.pick(fields)]
      : fields.filter((field) => isRequiredInputField(field) || random.oneIn(2));
    return Object.fromEntries(chosen.map((field) => [field.name, value(field.name, field.type, random)]));
  }
  if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
  switch (nullable.name) {
    case 'Int':
      return random.pick([0, 1, 2, 7, 100, -1, 2_147_483_647]);
    case 'Boolean':
      return random.oneIn(2);
    case 'DateTime':
      return random.pick(times);
    case 'Date':
      return random.pick(['2026-12-24', '2026-13-01']);
    case 'ID':
      return random.pick(['1', 2, 'U2t1OnNoYXJlZA==', 'nonsense']);
    case 'RowValue':
      return random.pick([1, 'DISCONTD', 'a', null]);
    default:
      return random.pick(textsOf[name] ?? texts);
  }
}

function oddValue(random: Random): unknown {
  return random.pick<unknown>([
    null,
    '1',
    1.5,
    2 ** 31,
    -0,
    true,
    [],
    [null],
    {},
    { skuId: 'shared', upca: '1' },
    { skuId: null },
    { unknown: 1 },
    { identifier: { skuId: 'shared' }, quantityInStock: 1, toString: 1 },
    { identifier: [{ skuId: 'shared' }] },
    'shared',
  ]);
}
