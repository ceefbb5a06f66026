/** The input by which a GraphQL caller names a SKU. */
import { z } from 'zod';
import {
  identifierKinds,
  MAX_IDENTIFIER_LENGTH,
  parseIdentifier,
  type Identifier,
  type IdentifierKind,
} from '../../domain/identifier.ts';
import { strip } from '../../domain/text.ts';
import { builder } from '../builder/builder.ts';

/** The text of an identifier. Once trimmed it has 1 to MAX_IDENTIFIER_LENGTH characters. Both stores can hold it. */
const identifierText = z
  .string('This must be text.')
  .refine((text) => strip(text) !== '', 'This must not be blank.')
  .refine(
    (text) => countCodePoints(strip(text)) <= MAX_IDENTIFIER_LENGTH,
    `This must have no more than ${MAX_IDENTIFIER_LENGTH} characters.`,
  )
  .refine((text) => !text.includes('\0'), 'This must not contain null characters.')
  .refine((text) => text.isWellFormed(), 'This must not contain lone surrogates.');

/** Validates an identifier. The schema's `@oneOf` already ensures that exactly one field is given. */
export const identifierShape = z.partialRecord(
  z.enum(identifierKinds),
  identifierText,
  'Give exactly one identifier.',
);

/** The identifier, or what is wrong with its text. */
export function readIdentifier(kind: IdentifierKind, value: string): Identifier | { readonly error: string } {
  const parsed = identifierText.safeParse(value);
  return parsed.success
    ? parseIdentifier(kind, value)
    : { error: parsed.error.issues.map(({ message }) => message).join(' ') };
}

/** The input type, with one field for each identifier kind. */
export const SkuIdentifierInput = builder.inputType('SkuIdentifierInput', {
  description:
    'Names one of your SKUs. Give exactly one field. A code is looked up as you spell it first, then by its GTIN-14. ' +
    'Hyphens, spaces and leading zeros therefore do not matter, and an ISBN-10 equals its ISBN-13.',
  isOneOf: true,
  fields: (t) => ({
    skuId: t.string({
      description: 'Your own code for the SKU. It must match exactly, including upper and lower case.',
    }),
    upca: t.string({ description: 'UPC-A, 12 digits (GS1).' }),
    ean13: t.string({ description: 'EAN-13, 13 digits (GS1).' }),
    gtin14: t.string({
      description:
        'GTIN-14, 14 digits (GS1). A case pack (first digit 1 to 9) is a different item from its contents.',
    }),
    isbn: t.string({ description: 'ISBN-13 or ISBN-10 (ISO 2108).' }),
  }),
});

type SkuIdentifier = typeof SkuIdentifierInput.$inferInput;

/** The domain's identifier for a validated input. */
export function toIdentifier(input: SkuIdentifier): Identifier {
  for (const kind of identifierKinds) {
    const value = Object.hasOwn(input, kind) ? Reflect.get(input, kind) : undefined;
    if (typeof value === 'string') return parseIdentifier(kind, value);
  }
  throw new Error('An identifier input without a value passed @oneOf.');
}

function countCodePoints(text: string): number {
  return text.length <= MAX_IDENTIFIER_LENGTH ? text.length : Array.from(text).length;
}
