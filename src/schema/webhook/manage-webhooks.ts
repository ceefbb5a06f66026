/** The query `webhookEndpoints`, and the mutations that create, change and delete webhook endpoints. */
import { z } from 'zod';
import { MAX_ENDPOINTS, MAX_URL_LENGTH } from '../../domain/webhook/endpoint.ts';
import { builder } from '../builder/builder.ts';
import { storedText } from '../builder/stored-text.ts';
import { keyOf, namedKey, noEndpoint, refused, requireEndpoint, requireUrl } from './webhook-access.ts';
import { managed, WebhookEndpoint } from './webhook-endpoint.ts';
import { toWebhookFilter, WebhookFilterInput } from './webhook-filter.ts';
import { defineKeyInput, definePayload, defineSecretPayload } from './webhook-payloads.ts';

const url = storedText(MAX_URL_LENGTH);

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    type: [WebhookEndpoint],
    description:
      'Your webhook endpoints, oldest first. Needs the permissions `manage_webhooks` and `view_items`.',
    resolve: async (_root, _args, { caller, webhooks }) => [
      ...((await webhooks?.list(caller.supplierId)) ?? []),
    ],
  }),
);

builder.queryField('webhookEndpoint', (t) =>
  t.field({
    type: WebhookEndpoint,
    nullable: true,
    description: 'One of them. Null if your supplier has none of this ID.',
    args: { endpointId: t.arg.id({ required: true, description: 'Its `endpointId`.' }) },
    resolve: (_root, { endpointId }, context) => {
      const key = namedKey(endpointId, context);
      return key && managed(context).find(key);
    },
  }),
);

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'A new webhook endpoint.',
  validate: z.looseObject({ url }),
  fields: (t) => ({
    url: t.string({ required: true, description: 'Where messages are sent; https.' }),
    filter: t.field({
      type: WebhookFilterInput,
      description: 'Which changes it is told of. By default all.',
    }),
  }),
});

builder.mutationField('createWebhookEndpoint', (t) =>
  t.field({
    type: defineSecretPayload('CreateWebhookEndpointPayload'),
    description: `Creates an endpoint that is told of changes from now on. A supplier can have ${MAX_ENDPOINTS}. Needs the permissions \`manage_webhooks\` and \`view_items\`, as all mutations of webhooks do.`,
    args: {
      input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The endpoint.' }),
    },
    resolve: async (_root, { input }, context) => {
      requireUrl(input.url, context);
      const asked = { url: input.url, filter: toWebhookFilter(input.filter) };
      const created = await managed(context).create(context.caller.supplierId, asked);
      if (typeof created === 'string') throw refused(created);
      return { listed: await requireEndpoint(created.key, context), secret: created.secret };
    },
  }),
);

const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'What changes about a webhook endpoint. What is left out or null stays as it is.',
  validate: z.looseObject({ url: url.nullish() }),
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Its `endpointId`.' }),
    url: t.string({ description: 'Where messages are sent.' }),
    filter: t.field({
      type: WebhookFilterInput,
      description: 'Which changes it is told of. It replaces the whole filter.',
    }),
    isEnabled: t.boolean({
      description: '`false` disables it. `true` lets it go on where it stopped, at once.',
    }),
  }),
});

builder.mutationField('updateWebhookEndpoint', (t) =>
  t.field({
    type: definePayload('UpdateWebhookEndpointPayload'),
    description: 'Changes an endpoint, or disables or enables it.',
    args: { input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'The changes.' }) },
    resolve: async (_root, { input: { endpointId, url: newUrl, filter, isEnabled } }, context) => {
      if (typeof newUrl === 'string') requireUrl(newUrl, context);
      const key = keyOf(endpointId, context);
      const to = {
        url: newUrl ?? undefined,
        filter: filter ? toWebhookFilter(filter) : undefined,
        isEnabled: isEnabled ?? undefined,
      };
      const isAsked = Object.values(to).some((value) => value !== undefined);
      if (isAsked && !(await managed(context).change(key, to))) throw noEndpoint();
      return requireEndpoint(key, context);
    },
  }),
);

builder.mutationField('deleteWebhookEndpoint', (t) =>
  t.field({
    type: builder.objectRef<string>('DeleteWebhookEndpointPayload').implement({
      description: 'A webhook endpoint that was deleted.',
      fields: (of) => ({
        deletedEndpointId: of.id({ description: 'The ID that it had.', resolve: (id) => id }),
      }),
    }),
    description: 'Deletes an endpoint and its attempts. An attempt in hand is finished.',
    args: {
      input: t.arg({
        type: defineKeyInput('DeleteWebhookEndpointInput'),
        required: true,
        description: 'The endpoint.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const key = keyOf(input.endpointId, context);
      if (!(await managed(context).remove(key))) throw noEndpoint();
      return key.endpointId;
    },
  }),
);
