/** The types `WebhookEndpoint` and `WebhookAttempt`. */
import { MAX_QUANTITY } from '../../domain/sku.ts';
import {
  attemptOutcomes,
  KEPT_ATTEMPTS,
  MAX_KEPT_ANSWER,
  type AttemptOutcome,
  type DisabledReason,
  type WebhookAttempt as DomainAttempt,
  type WebhookFilter as DomainFilter,
} from '../../domain/webhook/endpoint.ts';
import { spanOf } from '../../domain/webhook/message-id.ts';
import type { ListedEndpoint, Webhooks } from '../../domain/webhook/webhooks.ts';
import { builder } from '../builder/builder.ts';
import { enumValues } from '../builder/enum-values.ts';
import type { Context } from '../builder/context.ts';
import { ChangeSourceEnum } from '../change/inventory-change.ts';
import { encodePlace } from '../change/log-cursor.ts';

const WebhookDisabledReason = builder.enumType('WebhookDisabledReason', {
  description: 'Why a webhook endpoint is disabled.',
  values: {
    BY_HAND: { description: 'Somebody disabled it.' },
    GONE: { description: 'The receiver answered 410.' },
    FAILING: { description: 'Every attempt of 5 days failed.' },
    CURSOR_AHEAD: {
      description:
        'It was told of changes that the store has lost since: a backup was restored, or another server took over without them.',
    },
    CURSOR_EXPIRED: {
      description:
        'It was disabled while changes were taken away, because they were old, that it had not accepted. Once enabled, it goes on behind them.',
    },
  } satisfies Record<DisabledReason, object>,
});

const outcomeDescriptions: Record<AttemptOutcome, string> = {
  ACCEPTED: 'A status from 200 to 299.',
  GONE: 'The status 410.',
  REFUSED: 'Another status.',
  TIMED_OUT: 'No answer within 20 seconds.',
  FORBIDDEN_ADDRESS: 'The host is at an address that the gateway does not send to. Nothing was sent.',
  UNREACHABLE: 'All else, such as an unknown host or a broken connection.',
};

const WebhookAttemptOutcome = builder.enumType('WebhookAttemptOutcome', {
  description: 'How an attempt to deliver a webhook message ended.',
  values: enumValues(attemptOutcomes, outcomeDescriptions),
});

const WebhookAttempt = builder.objectRef<DomainAttempt>('WebhookAttempt').implement({
  description: 'An attempt to deliver a webhook message.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was made.' }),
    messageId: t.exposeString('messageId', {
      description: "The message's `webhook-id`. A retry has the same.",
    }),
    firstChangeId: t.id({
      nullable: true,
      description: 'The ID of the first change that it sent; null for a ping.',
      resolve: ({ messageId }) => spanOf(messageId)?.first ?? null,
    }),
    lastChangeId: t.id({
      nullable: true,
      description: 'The ID of the last change that it sent; null for a ping.',
      resolve: ({ messageId }) => spanOf(messageId)?.last ?? null,
    }),
    outcome: t.expose('outcome', { type: WebhookAttemptOutcome, description: 'How it ended.' }),
    status: t.exposeInt('status', {
      nullable: true,
      description: 'The HTTP status of the answer; null if there was none.',
    }),
    answer: t.exposeString('answer', {
      description: `The first ${MAX_KEPT_ANSWER} bytes of the answer, or what went wrong.`,
    }),
    durationMs: t.exposeInt('ms', { description: 'How long it took, in milliseconds.' }),
  }),
});

const WebhookFilter = builder.objectRef<DomainFilter>('WebhookFilter').implement({
  description: 'Which changes an endpoint is told of. A change must meet all conditions that are not null.',
  fields: (t) => ({
    skuIds: t.stringList({
      nullable: true,
      description: 'Only changes of these SKUs.',
      resolve: ({ skuIds }) => (skuIds ? [...skuIds] : null),
    }),
    sources: t.field({
      type: [ChangeSourceEnum],
      nullable: true,
      description: 'Only changes from one of these sources.',
      resolve: ({ sources }) => (sources ? [...sources] : null),
    }),
    actors: t.stringList({
      nullable: true,
      description: 'Only changes that tokens with one of these names made.',
      resolve: ({ actors }) => (actors ? [...actors] : null),
    }),
  }),
});

/** The type `WebhookEndpoint`. */
export const WebhookEndpoint = builder.objectRef<ListedEndpoint>('WebhookEndpoint').implement({
  description: 'A URL that is told of changes, in order, until it has accepted each one.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Its ID.', resolve: ({ endpoint }) => endpoint.endpointId }),
    url: t.string({ description: 'Where messages are sent.', resolve: ({ endpoint }) => endpoint.url }),
    filter: t.field({
      type: WebhookFilter,
      description: 'Which changes it is told of.',
      resolve: ({ endpoint }) => endpoint.filter,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: ({ endpoint }) => endpoint.createdAt,
    }),
    isEnabled: t.boolean({
      description: 'Whether messages are sent. A disabled endpoint keeps its place.',
      resolve: ({ endpoint }) => endpoint.disabledAt === null,
    }),
    disabledAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was disabled; null while it is enabled.',
      resolve: ({ endpoint }) => endpoint.disabledAt,
    }),
    disabledReason: t.field({
      type: WebhookDisabledReason,
      nullable: true,
      description: 'Why it is disabled; null while it is enabled.',
      resolve: ({ endpoint }) => endpoint.disabledReason,
    }),
    ...placeFields(t),
    ...deliveryFields(t),
    attemptCount: t.int({
      description: `How many attempts were made, at most ${MAX_QUANTITY}. It tells cheaply whether \`attempts\` has new ones.`,
      resolve: ({ endpoint }) => Math.min(endpoint.attempts, MAX_QUANTITY),
    }),
    attempts: t.field({
      type: [WebhookAttempt],
      description: `Its last ${KEPT_ATTEMPTS} attempts, newest first.`,
      resolve: async ({ endpoint }, _args, context) => [...(await managed(context).attempts(endpoint))],
    }),
  }),
});

type EndpointFields = PothosSchemaTypes.ObjectFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  ListedEndpoint
>;

function placeFields(t: EndpointFields) {
  return {
    cursor: t.string({
      description: 'The cursor behind what it has accepted, for `after` of `inventoryChanges`.',
      resolve: async ({ endpoint: { supplierId, position } }, _args, { inventory }) =>
        encodePlace((await inventory.marksAt(supplierId, [position])).placeAt(position)),
    }),
    lastChangeId: t.id({
      nullable: true,
      description:
        'The ID of the last change that it has accepted, or that its filter leaves out; null before the first change.',
      resolve: ({ endpoint: { position } }) => (position === 0 ? null : position),
    }),
    changesBehind: t.int({
      description: `Changes that it has not accepted yet, also those that its filter leaves out; at most ${MAX_QUANTITY}.`,
      resolve: ({ endpoint, lastPosition }) =>
        Math.min(Math.max(0, lastPosition - endpoint.position), MAX_QUANTITY),
    }),
  };
}

function deliveryFields(t: EndpointFields) {
  return {
    acceptedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it last accepted a message; null if it never has.',
      resolve: ({ endpoint }) => endpoint.acceptedAt,
    }),
    failures: t.int({
      description: 'Failed attempts since it last accepted a message.',
      resolve: ({ endpoint }) => endpoint.failures,
    }),
    failingSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the first of them was made.',
      resolve: ({ endpoint }) => endpoint.failingSince,
    }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the message that failed is sent again; null if none failed.',
      resolve: ({ endpoint }) => endpoint.nextAttemptAt,
    }),
    previousSecretUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret before the last rotation signs too; null if there was no rotation.',
      resolve: ({ endpoint }) => endpoint.previousSecretUntil,
    }),
  };
}

/** The contract. Throws where it was left out: then there is no endpoint either. */
export function managed({ webhooks }: Context): Webhooks {
  if (!webhooks) throw new Error('Webhooks are left out here.');
  return webhooks;
}
