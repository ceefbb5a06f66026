/** What is sent to webhook endpoints, in the OpenAPI document. `webhook/message.ts` writes it. */
import { changeSources } from '../../domain/change.ts';
import { MAX_QUANTITY, restrictions } from '../../domain/sku.ts';
import { exact, orNull, ref, type Part } from './answers.ts';

const text: Part = { type: 'string' };
const textOrNull: Part = { type: ['string', 'null'] };
const time: Part = { type: 'string', format: 'date-time' };
const quantity: Part = { type: 'integer', minimum: 0, maximum: MAX_QUANTITY };

export const webhookSchemas: Readonly<Record<string, Part>> = {
  ChangedState: exact({
    quantityInStock: quantity,
    quantityOnBackorder: quantity,
    restrictions: { enum: [...restrictions.map((one) => one.toUpperCase()), null] },
    backorderDate: { type: ['string', 'null'], format: 'date' },
  }),
  ChangeRecord: exact({
    id: { ...text, description: 'The position of the change in the log of the supplier.' },
    skuId: text,
    version: { type: 'integer', minimum: 1, description: 'The version of the SKU after the change.' },
    before: ref('ChangedState'),
    after: ref('ChangedState'),
    delta: exact({ quantityInStock: { type: 'integer' }, quantityOnBackorder: { type: 'integer' } }),
    source: { enum: changeSources },
    actor: { ...text, description: 'The name of the token that asked for the change.' },
    reason: textOrNull,
    referenceDocumentUri: textOrNull,
    groupId: {
      ...textOrNull,
      description: 'What the changes of one bulk call, file or undo have in common.',
    },
    changedAt: time,
    asOf: orNull(time),
  }),
  PingMessage: exact({ type: { const: 'webhook.ping' }, timestamp: time, data: exact({}) }),
  ChangesMessage: exact({
    type: { const: 'inventory.changed' },
    timestamp: time,
    data: exact({
      cursor: {
        ...text,
        description: 'The cursor behind the last change, for `inventoryChanges(after:)` of GraphQL.',
      },
      changes: { type: 'array', items: ref('ChangeRecord'), minItems: 1 },
    }),
  }),
};

const header = (name: string, description: string): Part => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: text,
});

/** A message, and what its receiver answers. */
function message(operationId: string, summary: string, schema: Part): Part {
  return {
    post: {
      operationId,
      summary,
      tags: ['Webhooks'],
      security: [],
      parameters: [
        header('webhook-id', 'The same each time that the same changes are sent.'),
        header('webhook-timestamp', 'When this attempt was signed, in seconds since 1970.'),
        header(
          'webhook-signature',
          '`v1,` and HMAC-SHA256 of `id.timestamp.body`, in base64. Two while a secret is rotated.',
        ),
      ],
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: {
        '2XX': { description: 'The message is accepted.' },
        410: { description: 'After changes: the endpoint is disabled. After a ping: nothing.' },
        default: { description: 'The message is sent again later. A ping is not.' },
      },
    },
  };
}

export const webhooks: Part = {
  inventoryChanged: message(
    'inventoryChanged',
    'Changes of SKUs, in order, each at least once (Standard Webhooks 1.0.0).',
    ref('ChangesMessage'),
  ),
  webhookPing: message('webhookPing', 'A message without changes, to try the endpoint.', ref('PingMessage')),
};
