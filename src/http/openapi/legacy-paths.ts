/** The legacy paths in the OpenAPI document, made of the tables by which the legacy door reads and answers. */
import { MAX_QUANTITY, restrictions } from '../../domain/sku.ts';
import { MAX_BULK_ROWS, MAX_KEY_LENGTH } from '../../domain/update.ts';
import { statusOf } from '../legacy/answer.ts';
import { MAX_CHARACTERS } from '../legacy/drf/fields.ts';
import { identifierFields } from '../legacy/fields.ts';
import { edgeStatuses, jsonAnswer, ref, refusals, type Part } from './answers.ts';

const quantity = (description: string): Part => ({
  type: 'integer',
  minimum: 0,
  maximum: MAX_QUANTITY,
  description,
});

const values: Readonly<Record<string, Part>> = {
  quantity_in_stock: quantity('Units that can be bought now.'),
  quantity_on_backorder: quantity('Units that will be replenished.'),
  restrictions: {
    enum: [...restrictions, '', null],
    description:
      'Why the SKU cannot be bought: discontinued, or temporarily unavailable. Null or an empty text for no restriction.',
  },
  backorder_date: {
    type: ['string', 'null'],
    format: 'date',
    description: 'When the units on backorder are expected, from 2000-01-01 on. Null for no date.',
  },
};

const identifiers = Object.fromEntries(
  identifierFields.map((name) => [
    name,
    { type: 'string', minLength: 1, maxLength: MAX_CHARACTERS, pattern: '\\S' },
  ]),
);

const oneOfThem = (names: readonly string[]): Part => ({
  anyOf: names.map((name) => ({ required: [name] })),
});

const inventory: Part = {
  type: 'object',
  properties: {
    sku_id: { type: 'string' },
    quantity_in_stock: values['quantity_in_stock'],
    quantity_on_backorder: values['quantity_on_backorder'],
    restrictions: { enum: [...restrictions, null] },
    backorder_date: { type: 'string', format: 'date' },
    version: { type: 'integer', minimum: 0 },
  },
  required: ['sku_id', 'quantity_in_stock', 'quantity_on_backorder', 'restrictions', 'version'],
  additionalProperties: false,
};

const sentences: Part = { type: 'array', items: { type: 'string' }, minItems: 1 };

export const legacySchemas: Readonly<Record<string, Part>> = {
  InventoryUpdate: {
    type: 'object',
    description:
      'Names one SKU, and sets at least one value. What is left out stays as it is. Other spellings are accepted too, such as numbers in strings: see docs/legacy.md.',
    properties: { ...identifiers, ...values },
    allOf: [oneOfThem(identifierFields), oneOfThem(Object.keys(values))],
  },
  Success: {
    type: 'object',
    properties: { message: { const: 'success' } },
    required: ['message'],
    additionalProperties: false,
  },
  LegacyRefusal: {
    type: 'object',
    description: 'Why the request was refused: in one sentence, and by field where fields are not valid.',
    properties: {
      message: { type: 'string' },
      detail: { type: 'string' },
      hint: { type: 'string', description: 'What is wrong with the code that names the SKU.' },
      current: { ...inventory, description: 'The SKU as it is, where a precondition failed.' },
    },
    required: ['message'],
    additionalProperties: sentences,
  },
  BulkResult: {
    type: 'object',
    properties: {
      status_code: { enum: [200, ...new Set(Object.values(statusOf))].toSorted((a, b) => a - b) },
      message: { type: 'string' },
    },
    required: ['status_code', 'message'],
    additionalProperties: false,
  },
};

const idempotencyKey: Part = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Sent again with the same body, the request is answered as it was the first time.',
  schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH, pattern: '^[ -~]+$' },
};

const ifMatch: Part = {
  name: 'If-Match',
  in: 'header',
  description:
    'The ETag of an earlier answer: the update is refused if the SKU was changed since. `*` always holds.',
  schema: { type: 'string', pattern: '^(\\*|"[0-9]{1,9}")$' },
};

const headers = (names: Readonly<Record<string, string>>): Part => ({
  headers: Object.fromEntries(
    Object.entries(names).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  ),
});

const common = {
  'Idempotent-Replayed': '`true` if this is the answer to an earlier request with the same key.',
  'X-Ignored-Fields': 'The first 10 fields of the body that are not known here.',
};

const refused = ref('LegacyRefusal');

export const legacyPaths: Part = {
  '/timp/products/skus/inventory/': {
    post: {
      operationId: 'updateSkuInventory',
      summary: 'Update the inventory of one SKU.',
      tags: ['Inventory'],
      security: [{ legacyToken: [] }],
      parameters: [idempotencyKey, ifMatch],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: ref('InventoryUpdate'),
            examples: {
              documented: { value: { sku_id: 'xkuOwSQ3utl', quantity_in_stock: 3 } },
              restricted: {
                value: { sku_id: 'xkuOwSQ3utl', restrictions: 'tmpunavail', quantity_on_backorder: 5 },
              },
            },
          },
        },
      },
      responses: {
        200: jsonAnswer(
          'The update is stored.',
          ref('Success'),
          headers({
            ETag: 'The version of the SKU, for `If-Match`. Only for tokens with `view_items`.',
            ...common,
          }),
        ),
        ...refusals([...edgeStatuses, ...Object.values(statusOf)], refused),
      },
    },
  },
  '/timp/products/skus/inventory/bulk/': {
    post: {
      operationId: 'bulkUpdateSkuInventory',
      summary: 'Update the inventory of many SKUs. Each row is judged by itself.',
      tags: ['Inventory'],
      security: [{ legacyToken: [] }],
      parameters: [idempotencyKey],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'array', items: ref('InventoryUpdate'), maxItems: MAX_BULK_ROWS },
            examples: {
              documented: {
                value: [
                  { sku_id: 'xkuOwSQ3utl', quantity_in_stock: 3 },
                  { sku_id: '2mNh6Gvwgl7LjmZj', quantity_in_stock: 4 },
                ],
              },
            },
          },
        },
      },
      responses: {
        200: jsonAnswer(
          'One result for each row, in the same order.',
          { type: 'array', items: ref('BulkResult') },
          headers(common),
        ),
        ...refusals([...edgeStatuses, statusOf.IDEMPOTENCY_KEY_REUSED], refused),
      },
    },
  },
};
