/** The schema builder: the context of a request, and how refused input is reported. Defines no types but the scalar. */
import SchemaBuilder from '@pothos/core';
import ValidationPlugin, { type StandardSchemaV1 } from '@pothos/plugin-validation';
import { GraphQLError } from 'graphql';
import type { Caller, ChangeSource, Inventory } from '../inventory.ts';

/** Who asks, through which door, and what answers. */
export interface Context {
  readonly caller: Caller;
  readonly source: ChangeSource;
  readonly inventory: Inventory;
}

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: { DateTime: { Input: string; Output: string } };
}>({
  plugins: [ValidationPlugin],
  defaultFieldNullability: false,
  validation: { validationError: ({ issues }) => badUserInput(issues) },
});

builder.queryType({ description: 'Everything that can be read. Needs the permission `view_items`.' });
builder.mutationType({ description: 'Everything that can be changed. Needs the permission `edit_items`.' });

builder.scalarType('DateTime', {
  description: 'A moment in UTC, ISO 8601 with milliseconds: `2026-11-01T09:30:00.000Z`.',
  serialize: (value) => value,
});

/** Input that is malformed for any SKU: one error that lists every problem with its path. */
function badUserInput(issues: readonly StandardSchemaV1.Issue[]): GraphQLError {
  const problems = issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)),
    message,
  }));
  const message = problems.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join(' ');
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', problems } });
}
