/** The filters of an export: query parameters with the meaning of `SkuFilterInput` in GraphQL. */
import { z } from 'zod';
import { identifierKinds, type Identifier } from '../../domain/identifier.ts';
import { availabilities, MAX_QUANTITY, restrictions, type SkuFilter } from '../../domain/sku.ts';
import { readDateTime } from '../../schema/builder/builder.ts';
import { MAX_FILTER_VALUES, MAX_SEARCH_LENGTH } from '../../schema/builder/page.ts';
import { storedText } from '../../schema/builder/stored-text.ts';
import { readIdentifier } from '../../schema/sku/identifier.ts';

const NO_RESTRICTION = 'none';
const shownRestrictions = [...restrictions, NO_RESTRICTION] as const;

const quantity = z
  .string()
  .regex(/^\d{1,10}$/, 'must be a number of units, 0 or more')
  .transform(Number)
  .refine((units) => units <= MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`)
  .optional();

/** The query parameters beside identifiers. */
export const ExportFilters = z
  .strictObject({
    search: storedText(MAX_SEARCH_LENGTH).optional(),
    restrictions: z
      .enum(shownRestrictions, `must be ${shownRestrictions.join(' or ')}`)
      .transform((value) => (value === NO_RESTRICTION ? null : value))
      .optional(),
    availability: z.enum(availabilities, `must be one of ${availabilities.join(', ')}`).optional(),
    minQuantityInStock: quantity,
    maxQuantityInStock: quantity,
    updatedAfter: z
      .string()
      .transform((value) => readDateTime(value) ?? '')
      .refine((time) => time !== '', 'must be a time with its offset, such as 2026-11-29T08:00:00Z')
      .optional(),
  })
  .readonly();

const names = [...identifierKinds, ...Object.keys(ExportFilters.unwrap().shape)];

/** The filter, or what is wrong with the parameters. SKUs are named by any of the identifiers, and meet all other conditions. */
export function readFilter(url: string): SkuFilter | { readonly error: string } {
  const fields: Record<string, string> = {};
  const identifiers: Identifier[] = [];
  for (const [name, value] of new URLSearchParams(url.replace(/^[^?]*/, ''))) {
    if (!names.includes(name))
      return { error: `There is no such parameter. Known are: ${names.join(', ')}.` };
    const kind = identifierKinds.find((known) => known === name);
    if (kind) {
      const identifier = readIdentifier(kind, value);
      if ('error' in identifier) return { error: `${name}: ${identifier.error}` };
      identifiers.push(identifier);
    } else if (name in fields) return { error: `The parameter ${name} is given twice.` };
    else fields[name] = value;
  }
  if (identifiers.length > MAX_FILTER_VALUES)
    return { error: `At most ${MAX_FILTER_VALUES} identifiers can be given.` };
  const parsed = ExportFilters.safeParse(fields);
  if (parsed.success) return { ...parsed.data, ...(identifiers.length > 0 && { identifiers }) };
  const [issue] = parsed.error.issues;
  return { error: `The parameter ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}.` };
}
