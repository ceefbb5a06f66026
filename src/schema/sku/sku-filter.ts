/** The filter of lists of SKUs: its input, and the domain's filter for it. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import type { SkuFilter } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { MAX_FILTER_VALUES, MAX_SEARCH_LENGTH } from '../builder/page.ts';
import { storedText } from '../builder/stored-text.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { SkuAvailability, SkuRestriction } from './sku.ts';

const QuantityRangeInput = builder.inputType('QuantityRangeInput', {
  description: 'A range of quantities, in units. Both ends are included, and each may be left out.',
  fields: (t) => ({
    min: t.int({ description: 'The smallest quantity.' }),
    max: t.int({ description: 'The largest quantity.' }),
  }),
});

/** The filter's input type. */
export const SkuFilterInput = builder.inputType('SkuFilterInput', {
  description: 'Conditions on SKUs. A SKU must meet all that are given.',
  validate: z.looseObject({
    skuIds: z
      .array(storedText(MAX_IDENTIFIER_LENGTH * 2))
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    identifiers: z
      .array(identifierShape)
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    search: storedText(MAX_SEARCH_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({
      description: `Only SKUs with one of these skuIds, at most ${MAX_FILTER_VALUES}.`,
    }),
    identifiers: t.field({
      type: [SkuIdentifierInput],
      description: `Only SKUs with one of these identifiers, at most ${MAX_FILTER_VALUES}. A shared code matches every SKU that has it.`,
    }),
    search: t.string({
      description: `Only SKUs whose title or skuId contains this text, at most ${MAX_SEARCH_LENGTH} characters. ASCII letters match in either case.`,
    }),
    restrictions: t.field({
      type: SkuRestriction,
      description: 'Only SKUs with this restriction. Null means without any restriction.',
    }),
    availability: t.field({ type: SkuAvailability, description: 'Only SKUs with this availability.' }),
    quantityInStock: t.field({
      type: QuantityRangeInput,
      description: 'Only SKUs with a quantity in stock in this range.',
    }),
    updatedAfter: t.field({ type: 'DateTime', description: 'Only SKUs that changed after this time.' }),
  }),
});

/** The domain's filter. Null means that a condition is absent, except for the restriction, where it means no restriction. */
export function toFilter(input: typeof SkuFilterInput.$inferInput | null | undefined): SkuFilter {
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    identifiers: input?.identifiers?.map(toIdentifier),
    search: input?.search ?? undefined,
    restrictions: input?.restrictions,
    availability: input?.availability ?? undefined,
    minQuantityInStock: input?.quantityInStock?.min ?? undefined,
    maxQuantityInStock: input?.quantityInStock?.max ?? undefined,
    updatedAfter: input?.updatedAfter ?? undefined,
  };
}
