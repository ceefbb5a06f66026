/** Pages of lists: their limits, their cursors, and the connection around what was read. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { builder } from './builder.ts';

/** Values in a list of a filter at most. */
export const MAX_FILTER_VALUES = 100;

/** Items on a page at most. */
export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 20;

/** Characters in a cursor at most; those that are given out are shorter. */
const MAX_CURSOR_LENGTH = 5_000;

/** Which page of a list. */
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

/** The items of a page as Relay's connection. Read one item more than `first`: it tells whether there is a next page. */
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

/** Cursors are opaque to clients: what they hold may change. */
export function encodeCursor(...parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What a cursor of this form holds; undefined where no cursor was given. Throws BAD_USER_INPUT for any other text. */
export function decodeCursor<T>(cursor: string | null | undefined, form: z.ZodType<T>): T | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const text = cursor.length > MAX_CURSOR_LENGTH ? '' : Buffer.from(cursor, 'base64url').toString();
  const parsed = form.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new GraphQLError(
    'after: This is not a cursor of this list. Use a cursor from its edges or its pageInfo.',
    {
      extensions: {
        code: 'BAD_USER_INPUT',
        problems: [{ path: ['after'], message: 'This is not a cursor of this list.' }],
      },
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
