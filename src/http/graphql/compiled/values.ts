/** Writes values by their types, by functions that are made once for each selection. */
import {
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLNullableOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';
import { schema } from '../../../schema/index.ts';
import type { Context } from '../../../schema/builder/context.ts';
import type { Write } from './answer-text.ts';
import { createReadArguments, type ReadArguments, type VariablePlaces } from './arguments.ts';
import { createInfo, type OperationInfo } from './field-info.ts';
import { writeLeafOf } from './leaf-values.ts';
import type { CollectFields } from './selected-fields.ts';
import { giveUp } from './unusual.ts';

/** What the functions of an operation have in common. */
export interface Compiling extends OperationInfo {
  readonly collectFields: CollectFields;
  readonly places: VariablePlaces;
  /** Fields compiled so far. */
  fieldCount: number;
}

/** Fields that are compiled at most, those of each possible type counted. A field takes some hundred bytes, and the collector looks at all. */
const MAX_FIELDS = 300;

/** A field that an operation selects, and how its value is written. */
export interface SelectedField {
  /** In the answer. */
  readonly name: string;
  /** What stands before its value: `,"sku":`. */
  readonly before: string;
  readonly readArguments: ReadArguments;
  readonly resolve: (source: unknown, args: Record<string, unknown>, context: Context) => unknown;
  readonly write: Write;
}

/** Compiles the fields that the selection has of this type, in the answer's order. */
export function compileFields(
  compiling: Compiling,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): SelectedField[] {
  const selected = Array.from(compiling.collectFields(type, sets));
  compiling.fieldCount += selected.length;
  if (compiling.fieldCount > MAX_FIELDS) giveUp();
  return selected.map(([name, nodes], i) => ({
    name,
    before: `${i > 0 ? ',' : ''}${JSON.stringify(name)}:`,
    ...compileField(compiling, type, nodes),
  }));
}

/** Arguments of pages and of indexes of lists. Their parts are long reads, and the long way would repeat one that failed. */
const pageArguments: ReadonlySet<string> = new Set(['first', 'every']);

type CompiledField = Pick<SelectedField, 'readArguments' | 'resolve' | 'write'>;

function compileField(
  compiling: Compiling,
  parentType: GraphQLObjectType,
  nodes: readonly [FieldNode, ...FieldNode[]],
): CompiledField {
  const [node] = nodes;
  if (node.name.value === '__typename') return typenameOf(parentType);
  // Fields of introspection are not among them.
  const field = parentType.getFields()[node.name.value] ?? giveUp();
  if (field.args.some(({ name }) => pageArguments.has(name))) giveUp();
  const { name: fieldName, type: returnType, resolve } = field;
  const info = createInfo(compiling, parentType, field, nodes);
  return {
    readArguments: field.args.length === 0 ? noArguments : createReadArguments(field, node, compiling.places),
    resolve: resolve
      ? (source, args, context) => resolve(source, args, context, info)
      : (source) => readProperty(source, fieldName),
    write: createWrite(compiling, returnType, nodes, info),
  };
}

const noArguments = () => ({});

function typenameOf({ name }: GraphQLObjectType): CompiledField {
  const text = JSON.stringify(name);
  return {
    readArguments: noArguments,
    resolve: () => name,
    write: (_name, answer) => void (answer.text += text),
  };
}

/** As GraphQL's default resolver, for values that are no functions. */
function readProperty(source: unknown, name: string): unknown {
  const value: unknown = Object(source)[name];
  return typeof value === 'function' ? giveUp() : value;
}

function createWrite(
  compiling: Compiling,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Write {
  if (isNonNullType(type)) {
    const write = createWriteValue(compiling, type.ofType, nodes, info);
    return (value, answer) => write(value ?? giveUp(), answer);
  }
  const write = createWriteValue(compiling, type, nodes, info);
  return (value, answer) => {
    if (value === null || value === undefined) answer.text += 'null';
    else write(value, answer);
  };
}

/** Writes values that are not null. */
function createWriteValue(
  compiling: Compiling,
  type: GraphQLNullableOutputType,
  nodes: readonly FieldNode[],
  info: GraphQLResolveInfo,
): Write {
  if (isLeafType(type)) return writeLeafOf(type);
  if (isListType(type)) return createWriteList(createWrite(compiling, type.ofType, nodes, info));
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  if (isObjectType(type)) return createWriteObject(compiling, type, sets, info);
  return createWriteAbstract(compiling, type, sets, info);
}

function createWriteList(write: Write): Write {
  return (list, answer) => {
    if (!Array.isArray(list)) return giveUp();
    answer.text += '[';
    for (let i = 0; i < list.length; i++) {
      if (i > 0) answer.text += ',';
      answer.write(list[i], write);
    }
    answer.text += ']';
  };
}

function createWriteObject(
  compiling: Compiling,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  info: GraphQLResolveInfo,
): Write {
  const fields = compileFields(compiling, type, sets);
  return (value, answer) => {
    if (value instanceof Error) giveUp();
    if (type.isTypeOf && type.isTypeOf(value, answer.context, info) !== true) giveUp();
    answer.text += '{';
    for (const { before, readArguments, resolve, write } of fields) {
      answer.text += before;
      answer.write(resolve(value, readArguments(answer.variables), answer.context), write);
    }
    answer.text += '}';
  };
}

function createWriteAbstract(
  compiling: Compiling,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
  info: GraphQLResolveInfo,
): Write {
  const { resolveType } = type;
  if (!resolveType) return giveUp();
  const writes = new Map(
    schema
      .getPossibleTypes(type)
      .map((possible) => [possible.name, createWriteObject(compiling, possible, sets, info)]),
  );
  return (value, answer) => {
    const name = resolveType(value, answer.context, info, type);
    const write = typeof name === 'string' ? writes.get(name) : undefined;
    if (write) write(value, answer);
    else giveUp();
  };
}
