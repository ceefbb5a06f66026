/** Makes a field's arguments from its document and the variables, by functions that are made once for each field. */
import {
  BREAK,
  coerceInputLiteral,
  isInputObjectType,
  isListType,
  isNonNullType,
  visit,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';
import { defaultOf, isOneValue } from './input-values.ts';
import { giveUp } from './unusual.ts';

/** A request's coerced variables, in the order of their definitions. One that was not given and has no default is undefined. */
export type CoercedVariables = readonly unknown[];
/** The place of each variable among them, by its name. */
export type VariablePlaces = ReadonlyMap<string, number>;

type Read = (variables: CoercedVariables) => unknown;
export type ReadArguments = (variables: CoercedVariables) => Record<string, unknown>;

/** Makes the function for a field. Gives up on a literal that does not fit its type, which no valid document has. */
export function createReadArguments(
  { args }: GraphQLField<unknown, unknown>,
  node: FieldNode,
  places: VariablePlaces,
): ReadArguments {
  const given = new Map(node.arguments?.map((argument) => [argument.name.value, argument.value]));
  return createReadFields(args, given, places);
}

/** The arguments of a field, or the fields of an input object, of those that the document gives. */
function createReadFields(
  fields: readonly (GraphQLArgument | GraphQLInputField)[],
  given: ReadonlyMap<string, ValueNode>,
  places: VariablePlaces,
): ReadArguments {
  const reads = fields.map((field) => {
    const value = given.get(field.name);
    const fallback = defaultOf(field);
    return {
      name: field.name,
      read: value ? createRead(value, field.type, places) : () => undefined,
      absent: isNonNullType(field.type) && fallback === undefined ? giveUp : () => fallback,
    };
  });
  return (variables) => {
    const coerced: Record<string, unknown> = {};
    for (const { name, read, absent } of reads) {
      const value = read(variables);
      const present = value === undefined ? absent() : value;
      if (present !== undefined) coerced[name] = present;
    }
    return coerced;
  };
}

/** The value, and undefined for a variable that is not there. */
function createRead(node: ValueNode, type: GraphQLInputType, places: VariablePlaces): Read {
  if (node.kind === 'Variable')
    return createReadVariable(places.get(node.name.value) ?? giveUp(), isNonNullType(type));
  if (!holdsVariable(node)) {
    const constant = coerceInputLiteral(node, type) ?? giveUp();
    return () => constant;
  }
  if (isNonNullType(type)) return createRead(node, type.ofType, places);
  if (isListType(type)) return createReadList(node, type.ofType, places);
  if (isInputObjectType(type)) return createReadObject(node, type, places);
  // Within a scalar of our own variables have no type.
  return giveUp();
}

function createReadVariable(place: number, isRequired: boolean): Read {
  return (variables) => {
    const value = variables[place];
    return value === null && isRequired ? giveUp() : value;
  };
}

function createReadList(node: ValueNode, itemType: GraphQLInputType, places: VariablePlaces): Read {
  const items = node.kind === 'ListValue' ? node.values : [node];
  const reads = items.map((item) => createRead(item, itemType, places));
  // A variable that is absent is null in a list.
  const absent = isNonNullType(itemType) ? giveUp : () => null;
  return (variables) => reads.map((read) => read(variables) ?? absent());
}

function createReadObject(node: ValueNode, type: GraphQLInputObjectType, places: VariablePlaces): Read {
  if (node.kind !== 'ObjectValue') return giveUp();
  const given = new Map(node.fields.map((field) => [field.name.value, field.value]));
  const readFields = createReadFields(Object.values(type.getFields()), given, places);
  return (variables) => {
    const coerced = readFields(variables);
    return type.isOneOf && !isOneValue(coerced) ? giveUp() : coerced;
  };
}

function holdsVariable(node: ValueNode): boolean {
  let holds = false;
  visit(node, {
    Variable: () => {
      holds = true;
      return BREAK;
    },
  });
  return holds;
}
