/** The type `SkuIndex`: places in a list of SKUs to jump to. */
import { z } from 'zod';
import type { NoSkuIndex } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { badArgument } from '../builder/page.ts';

const DEFAULT_EVERY = 100;
const MAX_EVERY = 1_000;
/** The most cursors of an index. */
const MAX_CURSORS = 20_000;
/** The most text in an index, in UTF-16 units. It bounds the memory that the longest skuIds take. */
const MAX_CURSOR_TEXT = 4_000_000;

/** How many SKUs match, and the cursors of some of them. */
interface CursorIndex {
  readonly count: number;
  readonly cursors: readonly string[];
}

/** Finds every `every`-th SKU of the list, `atMost` of them. */
export type FindIndex = (every: number, atMost: number) => Promise<CursorIndex | NoSkuIndex>;

/** The type `SkuIndex`. */
export const SkuIndex = builder.objectRef<CursorIndex & { readonly every: number }>('SkuIndex').implement({
  description:
    'The length of a list of SKUs, and places in it to jump to. Rows n × `every` + 1 and on are the page after `cursors[n - 1]`. ' +
    'SKUs that change while a client reads can move between places.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'The exact number of SKUs that match the filter.' }),
    every: t.exposeInt('every', { description: 'The step, as requested.' }),
    cursors: t.exposeStringList('cursors', {
      description: `The cursors of the SKUs in the places \`every\`, 2 × \`every\`, and so on. At most ${MAX_CURSORS}.`,
    }),
  }),
});

/** The arguments of an index. */
export const stepArgs = builder.args((t) => ({
  every: t.int({
    required: true,
    defaultValue: DEFAULT_EVERY,
    description: `The step between two cursors, 1 to ${MAX_EVERY} SKUs. Give the size of your pages. An index that would have more than ${MAX_CURSORS} cursors is an error.`,
    validate: z.int().min(1, 'This must be at least 1.').max(MAX_EVERY, `This must be at most ${MAX_EVERY}.`),
  }),
}));

/** Reads an index of bounded size. Throws BAD_USER_INPUT if the list is too long for it. */
export async function readIndex(every: number, find: FindIndex) {
  const index = await find(every, MAX_CURSORS);
  if (index === 'TOO_MANY_SKUS')
    throw badArgument(
      'every',
      'Too many SKUs match for an index in this order. Narrow the filter, or order by SKU_ID.',
    );
  if (index === 'TOO_MANY_MARKS')
    throw badArgument(
      'every',
      `The index would have more than ${MAX_CURSORS} cursors. Use a larger step, or narrow the filter.`,
    );
  const length = index.cursors.reduce((sum, cursor) => sum + cursor.length, 0);
  if (length > MAX_CURSOR_TEXT)
    throw badArgument(
      'every',
      'The cursors of the index would be too long in all. Use a larger step, or narrow the filter.',
    );
  return { ...index, every };
}
