/** The mutations behind the legacy door: parsed and validated once, executed in process. */
import { execute } from '@graphql-tools/executor';
import { parse, validate, type DocumentNode } from 'graphql';
import { z } from 'zod';
import type { Context } from '../../schema/builder/context.ts';
import { schema } from '../../schema/index.ts';
import { problems } from '../../domain/refusal.ts';
import type { IdentifierField, LegacyUpdate } from './fields.ts';

/** A mutation's field, as a function of its input; `shape` is what its selection answers. */
function prepareMutation<Shape extends z.ZodType>(
  field: string,
  inputType: string,
  selection: string,
  shape: Shape,
) {
  const document = parseValid(`mutation ($input: ${inputType}!) { ${field}(input: $input) ${selection} }`);
  return async (input: object, contextValue: Context): Promise<z.output<Shape>> => {
    const result = await execute({ schema, document, variableValues: { input }, contextValue });
    // The input was judged by stricter rules than the schema's: an error here is ours.
    if ('errors' in result && result.errors?.[0]) throw result.errors[0];
    if (!('data' in result)) throw new Error('A mutation was not answered whole.');
    return shape.parse(result.data?.[field]);
  };
}

function parseValid(text: string): DocumentNode {
  const document = parse(text);
  const [mistake] = validate(schema, document);
  if (mistake) throw mistake;
  return document;
}

const userErrors = z.array(z.object({ code: z.enum(problems), message: z.string() }));

const inventory = z.object({
  skuId: z.string(),
  quantityInStock: z.int(),
  quantityOnBackorder: z.int(),
  restrictions: z.string().nullable(),
  version: z.int(),
});

export type LegacyInventory = z.output<typeof inventory>;

export const updateSkuInventory = prepareMutation(
  'updateSkuInventory',
  'UpdateSkuInventoryInput',
  `{
    replayed
    sku { skuId quantityInStock quantityOnBackorder restrictions version }
    userErrors { code message }
  }`,
  z.object({ replayed: z.boolean(), sku: inventory.nullable(), userErrors }),
);

export const bulkUpdateSkuInventory = prepareMutation(
  'bulkUpdateSkuInventory',
  'BulkUpdateSkuInventoryInput',
  '{ replayed userErrors { code message } results { userErrors { code message } } }',
  z.object({ replayed: z.boolean(), userErrors, results: z.array(z.object({ userErrors })) }),
);

const kindOf: Record<IdentifierField, string> = {
  sku_id: 'skuId',
  upca: 'upca',
  ean13: 'ean13',
  gtin14: 'gtin14',
  isbn: 'isbn',
};

/** A legacy update as the mutations' input has it. */
export function toInput({ identifier, ...changes }: LegacyUpdate): object {
  return {
    ...changes,
    ...(changes.restrictions && { restrictions: changes.restrictions.toUpperCase() }),
    identifier: { [kindOf[identifier.field]]: identifier.value },
  };
}
