/** The schema builder with its plugins, the root types and the scalars. It also reports malformed input. */
import SchemaBuilder from '@pothos/core';
import RelayPlugin, { decodeGlobalID } from '@pothos/plugin-relay';
import ValidationPlugin, { type StandardSchemaV1 } from '@pothos/plugin-validation';
import { GraphQLError, valueFromASTUntyped } from 'graphql';
import { isDate, MAX_DATE, MIN_DATE } from '../../domain/text.ts';
import type { Context } from './context.ts';

/** Longest global ID that is read, in UTF-16 units. Those that the gateway gives out are shorter. */
const MAX_GLOBAL_ID_LENGTH = 2_000;

/** The builder that all files of the schema add to. Fields are not nullable unless they say so. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: string; Output: string };
    Date: { Input: string; Output: string };
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
      description: 'The object with this global ID, if it belongs to your supplier; otherwise null.',
      args: { id: { description: 'The global ID, as the field `id` of an object shows it.' } },
    },
    decodeGlobalID: readGlobalId,
    idFieldOptions: { description: 'The global ID, for `Query.node`.' },
    edgesFieldOptions: { description: 'The items of the page, each with its cursor.' },
    nodesOnConnection: { description: 'The items of the page, without their cursors.' },
    nodeFieldOptions: { description: 'The item.' },
    cursorFieldOptions: { description: 'Pass this as `after` to get the items that follow this one.' },
    pageInfoFieldOptions: { description: 'The cursors of this page, and whether there are more pages.' },
    hasNextPageFieldOptions: {
      description:
        'Whether there is a page after this one; with `last`, whether it was requested with `before`.',
    },
    hasPreviousPageFieldOptions: {
      description:
        'Whether this page was requested with `after`; with `last`, whether there is a page before it.',
    },
    startCursorFieldOptions: {
      description:
        'The cursor of the first item. With `last`, pass this as `before` to get the page before this one.',
    },
    endCursorFieldOptions: {
      description: 'Pass this as `after` to get the next page. An empty page can have one too.',
    },
    nodeTypeOptions: { description: 'An object that `Query.node` reads by its global ID.' },
    pageInfoTypeOptions: { description: 'The cursors of a page, and whether there are more pages.' },
  },
  validation: { validationError: ({ issues }) => badUserInput(issues) },
});

/** The field builder of an input type, for functions that add the same fields to several types. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  'InputObject'
>;

builder.queryType({
  description:
    'Read SKUs, changes and webhook endpoints. Needs the permission `view_items`, except for `viewer` alone. `webhookEndpoints` also needs `manage_webhooks`.',
});
builder.mutationType({
  description:
    "Update inventory. Needs the permission `edit_items`. Fields that show a SKU's state also need `view_items`. Mutations of webhooks need `manage_webhooks` and `view_items` instead.",
});
builder.subscriptionType({
  description: 'Follow changes by server-sent events. Needs the permission `view_items`.',
});

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** The message for a text that is no time, here and in rows of bulk calls. */
export const NO_DATE_TIME = 'This must be an ISO 8601 date and time, such as 2026-11-01T09:30:00.000Z.';

/** The time in UTC with milliseconds, which sorts as text; null if the value is no time, or its year in UTC has not four digits. */
export function readDateTime(value: unknown): string | null {
  const time = typeof value === 'string' && DATE_TIME.test(value) ? Date.parse(value) : NaN;
  const text = Number.isNaN(time) ? '' : new Date(time).toISOString();
  return /^\d/.test(text) ? text : null;
}

builder.scalarType('DateTime', {
  description:
    'A date and time in ISO 8601, with an offset or `Z`. Answers are in UTC with milliseconds: `2026-11-01T09:30:00.000Z`.',
  serialize: (value) => value,
  parseValue: (value) => {
    const time = readDateTime(value);
    if (time === null) throw new GraphQLError(NO_DATE_TIME);
    return time;
  },
});

/** The message for a text that is no date, here and in rows of bulk calls. */
export const NO_DATE = `This must be a date from ${MIN_DATE} to ${MAX_DATE}, such as 2026-11-30.`;

builder.scalarType('Date', {
  description: `A date of the calendar without a time, as \`YYYY-MM-DD\`: \`2026-11-30\`. From ${MIN_DATE} to ${MAX_DATE}.`,
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value !== 'string' || !isDate(value)) throw new GraphQLError(NO_DATE);
    return value;
  },
});

builder.scalarType('RowValue', {
  description:
    'A value in a row of a bulk call. Send what `updateSkuInventory` takes in the same place. ' +
    'Any other value is an error of that row and does not fail the call.',
  serialize: () => {
    throw new Error('RowValue is for input alone.');
  },
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** Decodes a global ID. Throws BAD_USER_INPUT with a message that does not repeat the ID, which could be very long. */
function readGlobalId(globalId: string): { typename: string; id: string } {
  try {
    if (globalId.length <= MAX_GLOBAL_ID_LENGTH) return decodeGlobalID(globalId);
  } catch {
    // Ignore the error, because its message repeats the whole text.
  }
  throw badUserInput([
    { path: ['id'], message: 'This is not a global ID. Use the field `id` of an object.' },
  ]);
}

/** The error for input that is malformed whatever its SKU. It lists every problem with its path. */
function badUserInput(issues: readonly StandardSchemaV1.Issue[]): GraphQLError {
  const problems = issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => (typeof segment === 'object' ? segment.key : segment)),
    message,
  }));
  const message = problems.map((problem) => `${problem.path.join('.')}: ${problem.message}`).join(' ');
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', problems } });
}
