/** The mutations that rotate the secret of a webhook endpoint, send changes again, and ping it. */
import { positionsOf } from '../../domain/undo.ts';
import { builder } from '../builder/builder.ts';
import type { Context } from '../builder/context.ts';
import { badArgument } from '../builder/page.ts';
import { decodePlace, requirePlaces } from '../change/log-cursor.ts';
import { keyOf, noEndpoint, refused, requireEndpoint } from './webhook-access.ts';
import { managed } from './webhook-endpoint.ts';
import { defineKeyInput, definePayload, defineSecretPayload } from './webhook-payloads.ts';

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    type: defineSecretPayload('RotateWebhookSecretPayload'),
    description: 'Makes a new secret. For 24 hours messages are signed with the one before it too.',
    args: {
      input: t.arg({
        type: defineKeyInput('RotateWebhookSecretInput'),
        required: true,
        description: 'The endpoint.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const key = keyOf(input.endpointId, context);
      // Before the key is needed: nobody learns of another's endpoint.
      await requireEndpoint(key, context);
      const rotated = await managed(context).rotate(key);
      if (rotated === null) throw noEndpoint();
      if (typeof rotated === 'string') throw refused(rotated);
      return { listed: await requireEndpoint(key, context), secret: rotated.secret };
    },
  }),
);

const ReplayWebhookEndpointInput = builder.inputType('ReplayWebhookEndpointInput', {
  description: 'From where a webhook endpoint is sent changes again.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Its `endpointId`.' }),
    after: t.string({
      description:
        'The cursor of the last change that is not sent again, from a message or from `inventoryChanges`. Leave it out to send all that the gateway keeps.',
    }),
    fromChangeId: t.id({
      description: 'In place of `after`: the ID of the first change that is sent again.',
    }),
  }),
});

/** The place behind which all is sent again, and the argument that gives it. */
function readPlace({ after, fromChangeId }: typeof ReplayWebhookEndpointInput.$inferInput) {
  const behind = decodePlace(after, 'input.after');
  const argument = 'input.fromChangeId';
  if (fromChangeId === null || fromChangeId === undefined)
    return { behind: behind ?? { position: 0, changedAt: null }, argument: 'input.after' };
  if (behind !== undefined) throw badArgument(argument, 'Give only one of after and fromChangeId.');
  const [first] = positionsOf([fromChangeId]);
  if (first === undefined) throw badArgument(argument, 'This is not the ID of a change.');
  return { behind: { position: first - 1, changedAt: null }, argument };
}

/** Throws BAD_USER_INPUT if changes behind the position were pruned. */
async function requireKept({ inventory, caller }: Context, behind: number, argument: string): Promise<void> {
  const { horizon } = await inventory.marksAt(caller.supplierId, []);
  if (behind < horizon)
    throw badArgument(
      argument,
      'Changes from here on were taken away, because they are old.',
      `The first that is kept has the ID ${horizon + 1}.`,
    );
}

const NOT_SENT =
  'The endpoint has not accepted this change yet, so it is sent anyway. A replay goes back only.';

builder.mutationField('replayWebhookEndpoint', (t) =>
  t.field({
    type: definePayload('ReplayWebhookEndpointPayload'),
    description: 'Sends changes again, in messages with new IDs.',
    args: { input: t.arg({ type: ReplayWebhookEndpointInput, required: true, description: 'From where.' }) },
    resolve: async (_root, { input }, context) => {
      const { behind, argument } = readPlace(input);
      const key = keyOf(input.endpointId, context);
      // A position alone, ahead of the endpoint, is refused below.
      if (behind.changedAt !== null) await requirePlaces(context, { behind });
      else if (behind.position > 0) await requireKept(context, behind.position, argument);
      const isReplayed = await managed(context).replay(key, behind.position);
      const listed = await requireEndpoint(key, context);
      if (!isReplayed) throw badArgument(argument, NOT_SENT);
      return listed;
    },
  }),
);

builder.mutationField('pingWebhookEndpoint', (t) =>
  t.field({
    type: builder.objectRef<string>('PingWebhookEndpointPayload').implement({
      description: 'A ping that a gateway sends soon.',
      fields: (of) => ({
        messageId: of.string({
          description: 'Its `webhook-id`. The attempt is among the `attempts` of the endpoint.',
          resolve: (messageId) => messageId,
        }),
      }),
    }),
    description: 'Lets a gateway send a message without changes, also to a disabled endpoint.',
    args: {
      input: t.arg({
        type: defineKeyInput('PingWebhookEndpointInput'),
        required: true,
        description: 'The endpoint.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const messageId = await managed(context).ping(keyOf(input.endpointId, context));
      if (messageId === null) throw noEndpoint();
      return messageId;
    },
  }),
);
