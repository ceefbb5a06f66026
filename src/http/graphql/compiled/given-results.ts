/** The schema for the long way after a beginning: root fields that were resolved already give what they gave then. */
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { schema } from '../../../schema/index.ts';

/** Results of root fields' resolvers, by the fields' names in the answer: values, or promises of them. */
export type GivenResults = ReadonlyMap<string, unknown>;

let made: GraphQLSchema | undefined;

/** Takes results from a root value that is a map of them. It is made when it is first needed. */
export function schemaOfGivenResults(): GraphQLSchema {
  return (made ??= createSchema());
}

function createSchema(): GraphQLSchema {
  const { query, mutation, types, ...config } = schema.toConfig();
  const roots = new Set<unknown>([query, mutation]);
  return new GraphQLSchema({
    ...config,
    query: query && takeGiven(query),
    mutation: mutation && takeGiven(mutation),
    types: types.filter((type) => !roots.has(type)),
  });
}

function takeGiven(type: GraphQLObjectType): GraphQLObjectType {
  const { fields, ...config } = type.toConfig();
  const taking = Object.entries(fields).map(([name, { resolve, ...field }]) => [
    name,
    {
      ...field,
      resolve: ((given: GivenResults, args, context, info) =>
        given.has(String(info.path.key))
          ? given.get(String(info.path.key))
          : resolve?.(undefined, args, context, info)) satisfies typeof resolve,
    },
  ]);
  return new GraphQLObjectType({ ...config, fields: Object.fromEntries(taking) });
}
