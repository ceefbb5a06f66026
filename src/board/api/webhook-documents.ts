/** The queries and mutations about webhooks. */
import type { ResultOf, VariablesOf } from 'gql.tada';
import { graphql } from './graphql.ts';

const boardWebhook = graphql(`
  fragment BoardWebhook on WebhookEndpoint @_unmask {
    endpointId
    url
    filter {
      skuIds
      sources
      actors
    }
    disabledAt
    disabledReason
    lastChangeId
    changesBehind
    acceptedAt
    failingSince
    nextAttemptAt
    previousSecretUntil
    attemptCount
  }
`);
export type Webhook = ResultOf<typeof boardWebhook>;

export const webhooksQuery = graphql(
  `
    query BoardWebhooks {
      webhookEndpoints {
        ...BoardWebhook
      }
    }
  `,
  [boardWebhook],
);

export const webhookAttemptsQuery = graphql(`
  query BoardWebhookAttempts($endpointId: ID!) {
    webhookEndpoint(endpointId: $endpointId) {
      attempts {
        at
        messageId
        firstChangeId
        lastChangeId
        outcome
        status
        answer
        durationMs
      }
    }
  }
`);
export type WebhookAttempt = NonNullable<
  ResultOf<typeof webhookAttemptsQuery>['webhookEndpoint']
>['attempts'][number];

export const createWebhookMutation = graphql(`
  mutation BoardCreateWebhook($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) {
      endpoint {
        url
      }
      secret
    }
  }
`);

export const updateWebhookMutation = graphql(`
  mutation BoardUpdateWebhook($input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(input: $input) {
      endpoint {
        endpointId
      }
    }
  }
`);
export type WebhookChange = Omit<VariablesOf<typeof updateWebhookMutation>['input'], 'endpointId'>;

export const rotateWebhookMutation = graphql(`
  mutation BoardRotateWebhook($input: RotateWebhookSecretInput!) {
    rotateWebhookSecret(input: $input) {
      secret
    }
  }
`);

export const replayWebhookMutation = graphql(`
  mutation BoardReplayWebhook($input: ReplayWebhookEndpointInput!) {
    replayWebhookEndpoint(input: $input) {
      endpoint {
        endpointId
      }
    }
  }
`);

export const pingWebhookMutation = graphql(`
  mutation BoardPingWebhook($input: PingWebhookEndpointInput!) {
    pingWebhookEndpoint(input: $input) {
      messageId
    }
  }
`);

export const deleteWebhookMutation = graphql(`
  mutation BoardDeleteWebhook($input: DeleteWebhookEndpointInput!) {
    deleteWebhookEndpoint(input: $input) {
      deletedEndpointId
    }
  }
`);
