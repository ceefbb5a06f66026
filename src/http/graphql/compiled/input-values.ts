/** Coerces the values of variables as the executor does, by functions that are made once for an operation; input objects share theirs. */
import {
  coerceInputLiteral,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { giveUp } from './unusual.ts';

/** The coerced value. Gives up on everything that is not valid, and on what clients hardly ever send, such as one item for a list. */
export type Coerce = (value: unknown) => unknown;

/** Input objects refer to one another, so each is compiled once. */
const objects = new WeakMap<GraphQLInputObjectType, Coerce>();

/** Makes the function for a type. */
export function createCoerce(type: GraphQLInputType): Coerce {
  if (isNonNullType(type)) {
    const coerce = createCoerce(type.ofType);
    return (value) => (value === null ? giveUp() : coerce(value));
  }
  if (isListType(type)) {
    const coerceItem = createCoerce(type.ofType);
    return (value) => {
      if (value === null) return null;
      return Array.isArray(value) ? value.map((item: unknown) => coerceItem(item)) : giveUp();
    };
  }
  if (isInputObjectType(type)) return coerceObjectOf(type);
  return (value) => (value === null ? null : (type.coerceInputValue(value) ?? giveUp()));
}

function coerceObjectOf(type: GraphQLInputObjectType): Coerce {
  const known = objects.get(type);
  if (known) return known;
  let coerce: Coerce | undefined;
  // A type may contain itself, so its fields are compiled when the first value comes.
  const lazy: Coerce = (value) => (coerce ??= createCoerceObject(type))(value);
  objects.set(type, lazy);
  return lazy;
}

function createCoerceObject(type: GraphQLInputObjectType): Coerce {
  const fields = Object.values(type.getFields()).map((field) => ({
    name: field.name,
    coerce: createCoerce(field.type),
    isRequired: isRequiredInputField(field),
    fallback: defaultOf(field),
  }));
  return (value) => {
    if (value === null) return null;
    if (!isObject(value)) return giveUp();
    let unread = countGiven(value);
    // Most values are coerced to themselves. Then the object serves as it is: a bulk call has thousands.
    let changed: Record<string, unknown> | undefined;
    for (const { name, coerce, isRequired, fallback } of fields) {
      const given = value[name];
      if (given === undefined && fallback === undefined) {
        if (isRequired) return giveUp();
        continue;
      }
      if (given !== undefined) unread--;
      const coerced = given === undefined ? fallback : coerce(given);
      if (!Object.is(coerced, given)) (changed ??= { ...value })[name] = coerced;
    }
    // The type has no such field.
    if (unread > 0) return giveUp();
    const whole = changed ?? value;
    return type.isOneOf && !isOneValue(whole) ? giveUp() : whole;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && !Array.isArray(value);
}

function countGiven(value: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const name in value) if (value[name] !== undefined) count++;
  return count;
}

/** Whether an input object fits `@oneOf`: it has one field, and that is not null. */
export function isOneValue(coerced: object): boolean {
  const values = Object.values(coerced);
  return values.length === 1 && values[0] !== null;
}

/** The coerced default of an argument or an input field. Undefined if it has none. */
export function defaultOf({
  default: given,
  defaultValue,
  type,
}: GraphQLArgument | GraphQLInputField): unknown {
  if (!given) return defaultValue;
  return given.literal ? coerceInputLiteral(given.literal, type) : createCoerce(type)(given.value);
}
