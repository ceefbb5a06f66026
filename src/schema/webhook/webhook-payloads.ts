/** Inputs and payloads that several mutations of webhooks have alike. */
import type { ListedEndpoint } from '../../domain/webhook/webhooks.ts';
import { builder } from '../builder/builder.ts';
import { WebhookEndpoint } from './webhook-endpoint.ts';

const SECRET = 'The secret that signs its messages. It is shown only now.';

/** An endpoint and its new secret. */
interface WithSecret {
  readonly listed: ListedEndpoint;
  readonly secret: string;
}

/** Defines a payload with an endpoint and its new secret. */
export function defineSecretPayload(name: string) {
  return builder.objectRef<WithSecret>(name).implement({
    description: 'A webhook endpoint and its new secret.',
    fields: (t) => ({
      endpoint: t.field({
        type: WebhookEndpoint,
        description: 'The endpoint.',
        resolve: ({ listed }) => listed,
      }),
      secret: t.exposeString('secret', { description: SECRET }),
    }),
  });
}

/** Defines the input of a mutation that only names an endpoint. */
export function defineKeyInput(name: string) {
  return builder.inputType(name, {
    description: 'A webhook endpoint.',
    fields: (t) => ({ endpointId: t.id({ required: true, description: 'Its `endpointId`.' }) }),
  });
}

/** Defines a payload with the endpoint as it is now. */
export function definePayload(name: string) {
  return builder.objectRef<ListedEndpoint>(name).implement({
    description: 'A webhook endpoint as it is now.',
    fields: (t) => ({
      endpoint: t.field({
        type: WebhookEndpoint,
        description: 'The endpoint.',
        resolve: (listed) => listed,
      }),
    }),
  });
}
