/** Pages that a client can also ask for from the end of a list, as Relay describes them. */
import { z } from 'zod';
import { builder } from './builder.ts';
import { badArgument, DEFAULT_PAGE, MAX_PAGE } from './page.ts';

/** The arguments of a list in both directions. `what` names the items in their descriptions. */
export function twoWayPageArgs(what: string) {
  const size = z
    .int()
    .min(1, 'This must be at least 1.')
    .max(MAX_PAGE, `This must be at most ${MAX_PAGE}.`)
    .nullish();
  return builder.args((t) => ({
    first: t.int({
      description: `How many ${what}, 1 to ${MAX_PAGE}, from the start of the list or after \`after\`. Default ${DEFAULT_PAGE}, if \`last\` is not given.`,
      validate: size,
    }),
    after: t.string({ description: 'A cursor; only items after its item.' }),
    last: t.int({
      description: `How many ${what}, 1 to ${MAX_PAGE}, from the end of the list or before \`before\`. They come in the order of the list. Give \`first\` or \`last\`, not both.`,
      validate: size,
    }),
    before: t.string({ description: 'A cursor; only items before its item.' }),
  }));
}

interface TwoWayArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page as it is read: from a cursor on, towards another. */
export interface TwoWayPage {
  readonly limit: number;
  /** Whether it is read from the end of the list. */
  readonly isBackward: boolean;
  /** The cursor behind which reading starts, and the one before which it ends. */
  readonly start: string | null;
  readonly end: string | null;
}

/** Throws BAD_USER_INPUT if both `first` and `last` are given. */
export function toTwoWayPage({ first, last, after = null, before = null }: TwoWayArgs): TwoWayPage {
  if (typeof first === 'number' && typeof last === 'number')
    throw badArgument('last', 'Give first or last, not both.');
  const isBackward = typeof last === 'number';
  const [start, end] = isBackward ? [before, after] : [after, before];
  return { limit: last ?? first ?? DEFAULT_PAGE, isBackward, start, end };
}

/**
 * Makes a Relay connection of the items in the order in which they were read. Read one more than `limit`: it shows that there is another
 * page. `reached`: a page that ended early, and where to go on.
 */
export function toTwoWayConnection<T>(
  items: readonly T[],
  { limit, isBackward, start }: TwoWayPage,
  cursorOf: (item: T) => string,
  reached?: { readonly cursor: string; readonly isEnd: boolean },
) {
  const read = items.slice(0, limit).map((node) => ({ node, cursor: cursorOf(node) }));
  const isMore = reached ? !reached.isEnd : items.length > limit;
  const [nearest = null, farthest = start] = [read[0]?.cursor, reached?.cursor ?? read.at(-1)?.cursor];
  return isBackward
    ? {
        edges: read.toReversed(),
        pageInfo: {
          hasNextPage: start !== null,
          hasPreviousPage: isMore,
          startCursor: farthest,
          endCursor: nearest,
        },
      }
    : {
        edges: read,
        pageInfo: {
          hasNextPage: isMore,
          hasPreviousPage: start !== null,
          startCursor: nearest,
          endCursor: farthest,
        },
      };
}
