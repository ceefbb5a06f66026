/** The schema builder: the context of a request, and how refused input is reported. Defines no types but the scalars. */
import SchemaBuilder from '@pothos/core';
import RelayPlugin, { decodeGlobalID } from '@pothos/plugin-relay';
import ValidationPlugin, { type StandardSchemaV1 } from '@pothos/plugin-validation';
import { GraphQLError, valueFromASTUntyped } from 'graphql';
import type { Context } from './context.ts';

/** Characters in a global id at most; those that are given out are shorter. */
const MAX_GLOBAL_ID_LENGTH = 2_000;

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: string; Output: string };
    RowValue: { Input: unknown; Output: never };
  };
}>({
  plugins: [RelayPlugin, ValidationPlugin],
  defaultFieldNullability: false,
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodesQueryOptions: false,
    nodeQueryOptions: {
      description: 'Whatever of yours has this global id; null where there is nothing.',
      args: { id: { description: 'Its global id.' } },
    },
    decodeGlobalID: readGlobalId,
    idFieldOptions: { description: 'Its global id.' },
    edgesFieldOptions: { description: 'The items of the page, each with its cursor.' },
    nodesOnConnection: { description: 'The items of the page.' },
    nodeFieldOptions: { description: 'The item.' },
    cursorFieldOptions: { description: 'Ask for the page `after` it.' },
    pageInfoFieldOptions: { description: 'Where the page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there is a page after this one.' },
    hasPreviousPageFieldOptions: { description: 'Whether this page was asked for `after` a cursor.' },
    startCursorFieldOptions: { description: 'The cursor of the first item; null on an empty page.' },
    endCursorFieldOptions: {
      description:
        'The cursor of the last item, to go on from; on an empty page, the one it was asked for with.',
    },
    nodeTypeOptions: { description: 'Anything that can be read again by its global id.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
  },
  validation: { validationError: ({ issues }) => badUserInput(issues) },
});

/** The field builder of an input type, for fields that several share. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  'InputObject'
>;

builder.queryType({ description: 'Everything that can be read. Needs the permission `view_items`.' });
builder.mutationType({
  description:
    "Everything that can be changed. Needs the permission `edit_items`; fields that show a SKU's state need `view_items` too.",
});
builder.subscriptionType({
  description: 'Everything that can be followed, by server-sent events. Needs the permission `view_items`.',
});

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

builder.scalarType('DateTime', {
  description: 'A moment, ISO 8601; answered in UTC with milliseconds: `2026-11-01T09:30:00.000Z`.',
  serialize: (value) => value,
  parseValue: (value) => {
    const time = typeof value === 'string' && DATE_TIME.test(value) ? Date.parse(value) : NaN;
    if (Number.isNaN(time)) throw new GraphQLError('Give a moment as ISO 8601: 2026-11-01T09:30:00.000Z.');
    return new Date(time).toISOString();
  },
});

builder.scalarType('RowValue', {
  description:
    'A value in a row of a bulk call: what the single mutation takes in the same place. ' +
    "Anything else is that row's error, not the whole call's.",
  serialize: () => {
    throw new Error('RowValue is for input alone.');
  },
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** The type and the id of a global id. Throws BAD_USER_INPUT, which does not repeat what was given. */
function readGlobalId(globalId: string): { typename: string; id: string } {
  try {
    if (globalId.length <= MAX_GLOBAL_ID_LENGTH) return decodeGlobalID(globalId);
  } catch {
    // The error repeats the whole text.
  }
  throw badUserInput([{ path: ['id'], message: 'This is no global id. Take one from the field `id`.' }]);
}

/** Input that is malformed for any SKU: one error that lists every problem with its path. */
function badUserInput(issues: readonly StandardSchemaV1.Issue[]): GraphQLError {
  const problems = issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)),
    message,
  }));
  const message = problems.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join(' ');
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', problems } });
}
