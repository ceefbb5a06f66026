/** The filter of changes: its input, and the domain's filter for it. */
import { z } from 'zod';
import type { ChangeFilter } from '../../domain/change.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import { builder } from '../builder/builder.ts';
import { MAX_FILTER_VALUES } from '../builder/page.ts';
import { storedText } from '../builder/stored-text.ts';
import { ChangeSourceEnum } from './inventory-change.ts';

/** Longest groupId that is accepted, in UTF-16 units. Those that the gateway makes have 36. */
export const MAX_GROUP_ID_LENGTH = 64;

/** The filter of the feed and of the subscription. */
export const InventoryChangeFilterInput = builder.inputType('InventoryChangeFilterInput', {
  description: 'Conditions on changes. A change must meet all that are given.',
  validate: z.looseObject({
    skuIds: z
      .array(storedText(2 * MAX_IDENTIFIER_LENGTH))
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    sources: z
      .array(z.unknown())
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    groupId: storedText(MAX_GROUP_ID_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({ description: `Only changes of these SKUs, at most ${MAX_FILTER_VALUES}.` }),
    sources: t.field({ type: [ChangeSourceEnum], description: 'Only changes from one of these sources.' }),
    groupId: t.string({ description: 'Only changes of this bulk call, import or undo.' }),
  }),
});

/** The domain's filter. Null means that a condition is absent. */
export function toChangeFilter(
  input: typeof InventoryChangeFilterInput.$inferInput | null | undefined,
): ChangeFilter {
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    sources: input?.sources ? [...new Set(input.sources)] : undefined,
    groupId: input?.groupId ?? undefined,
  };
}
