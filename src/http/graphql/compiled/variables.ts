/** Coerces a request's variables, by a function that is made once for each operation. */
import { isInputType, isNonNullType, typeFromAST, valueFromAST, type OperationDefinitionNode } from 'graphql';
import { schema } from '../../../schema/index.ts';
import type { CoercedVariables, VariablePlaces } from './arguments.ts';
import { createCoerce } from './input-values.ts';
import { giveUp } from './unusual.ts';

type CoerceVariables = (given: Readonly<Record<string, unknown>>) => CoercedVariables;

/** Makes the function for an operation. Variables that it does not declare are left out, as the executor does. */
export function createCoerceVariables({
  variableDefinitions = [],
}: OperationDefinitionNode): CoerceVariables {
  const declared = variableDefinitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node);
    // The executor keeps variables in an object, where a variable of such a name is not found.
    if (!isInputType(type) || variable.name.value in {}) return giveUp();
    return {
      name: variable.name.value,
      coerce: createCoerce(type),
      isRequired: isNonNullType(type),
      fallback: defaultValue && valueFromAST(defaultValue, type),
    };
  });
  return (given) =>
    declared.map(({ name, coerce, isRequired, fallback }) => {
      if (Object.hasOwn(given, name)) return coerce(given[name] ?? null);
      return fallback === undefined && isRequired ? giveUp() : fallback;
    });
}

/** The place of each variable among the coerced ones. */
export function placesOf({ variableDefinitions = [] }: OperationDefinitionNode): VariablePlaces {
  return new Map(variableDefinitions.map(({ variable }, place) => [variable.name.value, place]));
}
