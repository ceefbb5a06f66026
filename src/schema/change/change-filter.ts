/** The filter of changes: its input, and the domain's filter for it. */
import { z } from 'zod';
import type { ChangeFilter, ChangeSource } from '../../domain/change.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import { builder, type InputFields } from '../builder/builder.ts';
import { MAX_FILTER_VALUES } from '../builder/page.ts';
import { storedText } from '../builder/stored-text.ts';
import { ChangeSourceEnum } from './inventory-change.ts';

/** Longest groupId that is accepted, in UTF-16 units. Those that the gateway makes have 36. */
export const MAX_GROUP_ID_LENGTH = 64;

/** Longest name of a token that is accepted, in UTF-16 units. */
const MAX_ACTOR_LENGTH = 1_000;

const listOf = <T extends z.ZodType>(item: T) =>
  z.array(item).max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`).nullish();

/** The shapes of `originFields`. */
export const originShapes = { sources: listOf(z.unknown()), actors: listOf(storedText(MAX_ACTOR_LENGTH)) };

/** The conditions on where and when changes came from. */
export function originFields(t: InputFields) {
  return {
    sources: t.field({ type: [ChangeSourceEnum], description: 'Only changes from one of these sources.' }),
    actors: t.stringList({
      description: `Only changes that tokens with one of these names made, at most ${MAX_FILTER_VALUES}.`,
    }),
    changedAfter: t.field({ type: 'DateTime', description: 'Only changes after this time.' }),
    changedBefore: t.field({ type: 'DateTime', description: 'Only changes before this time.' }),
  };
}

/** The filter of the feed and of the subscription. */
export const InventoryChangeFilterInput = builder.inputType('InventoryChangeFilterInput', {
  description: 'Conditions on changes. A change must meet all that are given.',
  validate: z.looseObject({
    ...originShapes,
    skuIds: listOf(storedText(2 * MAX_IDENTIFIER_LENGTH)),
    groupId: storedText(MAX_GROUP_ID_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({ description: `Only changes of these SKUs, at most ${MAX_FILTER_VALUES}.` }),
    groupId: t.string({ description: 'Only changes of this bulk call, import or undo.' }),
    ...originFields(t),
  }),
});

/** The domain's filter. Null means that a condition is absent. */
export function toChangeFilter(
  input: typeof InventoryChangeFilterInput.$inferInput | null | undefined,
): ChangeFilter {
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    groupId: input?.groupId ?? undefined,
    ...toOrigin(input),
  };
}

interface OriginInput {
  readonly sources?: readonly ChangeSource[] | null | undefined;
  readonly actors?: readonly string[] | null | undefined;
  readonly changedAfter?: string | null | undefined;
  readonly changedBefore?: string | null | undefined;
}

/** The domain's conditions for `originFields`. */
export function toOrigin(input: OriginInput | null | undefined): ChangeFilter {
  return {
    sources: input?.sources ? [...new Set(input.sources)] : undefined,
    actors: input?.actors ? [...new Set(input.actors)] : undefined,
    changedAfter: input?.changedAfter ?? undefined,
    changedBefore: input?.changedBefore ?? undefined,
  };
}
