/** The filter of a webhook endpoint: its input, and the domain's filter for it. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import type { WebhookFilter } from '../../domain/webhook/endpoint.ts';
import { builder } from '../builder/builder.ts';
import { badArgument, MAX_FILTER_VALUES } from '../builder/page.ts';
import { storedText } from '../builder/stored-text.ts';
import { originShapes } from '../change/change-filter.ts';
import { ChangeSourceEnum } from '../change/inventory-change.ts';

/** Which changes an endpoint is told of, as a client says it. */
export const WebhookFilterInput = builder.inputType('WebhookFilterInput', {
  description: 'Which changes an endpoint is told of. A change must meet all conditions that are given.',
  validate: z.looseObject({
    ...originShapes,
    skuIds: z
      .array(storedText(2 * MAX_IDENTIFIER_LENGTH))
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({ description: `Only changes of these SKUs, at most ${MAX_FILTER_VALUES}.` }),
    sources: t.field({ type: [ChangeSourceEnum], description: 'Only changes from one of these sources.' }),
    actors: t.stringList({
      description: `Only changes that tokens with one of these names made, at most ${MAX_FILTER_VALUES}.`,
    }),
  }),
});

/** The domain's filter. Null means that a condition is absent. */
export function toWebhookFilter(
  input: typeof WebhookFilterInput.$inferInput | null | undefined,
): WebhookFilter {
  for (const name of ['skuIds', 'sources', 'actors'] as const)
    if (input?.[name]?.length === 0)
      throw badArgument(
        `input.filter.${name}`,
        'Give at least one, or leave it out: nothing meets an empty list.',
      );
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    sources: input?.sources ? [...new Set(input.sources)] : undefined,
    actors: input?.actors ? [...new Set(input.actors)] : undefined,
  };
}
