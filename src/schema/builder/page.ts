/** Pages of lists: their limits, arguments, cursors and connections. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { builder } from './builder.ts';

/** The most values in a list of a filter. */
export const MAX_FILTER_VALUES = 100;

/** Longest search text, in UTF-16 units. */
export const MAX_SEARCH_LENGTH = 100;

/** The most items on a page. */
export const MAX_PAGE = 100;
/** Items on a page if the caller gives no number. */
export const DEFAULT_PAGE = 20;

/** Longest cursor that is read, in UTF-16 units. Those that the gateway gives out are shorter. */
const MAX_CURSOR_LENGTH = 5_000;

/** The directions of orders as a GraphQL enum. */
export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Sort direction.',
  values: {
    ASC: { description: 'Smallest or oldest first.' },
    DESC: { description: 'Largest or newest first.' },
  } as const,
});

/** The arguments of a list, `first` and `after`. `what` names the items in their descriptions. */
export function pageArgs(what: string) {
  return builder.args((t) => ({
    first: t.int({
      required: true,
      defaultValue: DEFAULT_PAGE,
      description: `How many ${what}, 1 to ${MAX_PAGE}.`,
      validate: z.int().min(1, 'This must be at least 1.').max(MAX_PAGE, `This must be at most ${MAX_PAGE}.`),
    }),
    after: t.string({
      description: 'A cursor; the page starts after its item. Leave it out for the first page.',
    }),
  }));
}

/** Makes a Relay connection of the items that were read. Read `first` + 1 items: the last one shows that there is a next page. */
export function toConnection<T>(
  items: readonly T[],
  first: number,
  after: string | null | undefined,
  cursorOf: (item: T) => string,
) {
  const edges = items.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: items.length > first,
      hasPreviousPage: Boolean(after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? after ?? null,
    },
  };
}

/** Encodes the parts as a cursor. Cursors are opaque to clients, so their content may change. */
export function encodeCursor(...parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Decodes the cursor in the argument `name`. Undefined if there is none. Throws BAD_USER_INPUT for text of another form. */
export function decodeCursor<T>(
  cursor: string | null | undefined,
  form: z.ZodType<T>,
  name = 'after',
): T | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const text = cursor.length > MAX_CURSOR_LENGTH ? '' : Buffer.from(cursor, 'base64url').toString();
  const parsed = form.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw badArgument(
    name,
    'This is not a cursor of this list.',
    'Use a cursor from its edges or its pageInfo.',
  );
}

/** The error for an argument whose value is not acceptable. `advice` is added to the message. */
export function badArgument(name: string, problem: string, advice = ''): GraphQLError {
  return new GraphQLError(`${name}: ${problem} ${advice}`.trimEnd(), {
    extensions: { code: 'BAD_USER_INPUT', problems: [{ path: [name], message: problem }] },
  });
}

/** The error for a cursor of the log of changes whose change the store has lost. */
export function cursorAhead(): GraphQLError {
  const message =
    'The store has lost the change at this cursor: a backup was restored, or another server took over without the last commits. ' +
    'Ask for inventoryChangesCursor, read your SKUs again, and go on after that cursor.';
  return new GraphQLError(message, { extensions: { code: 'CURSOR_AHEAD' } });
}

/** The error for a cursor behind which changes were pruned that its reader has not seen. */
export function cursorExpired(): GraphQLError {
  const message =
    'Changes behind this cursor were taken away, because they are older than the gateway keeps them. ' +
    'Ask for inventoryChangesCursor, read your SKUs again, and go on after that cursor.';
  return new GraphQLError(message, { extensions: { code: 'CURSOR_EXPIRED' } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
