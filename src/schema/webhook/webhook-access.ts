/** The endpoint that a client names, and what clients are told where there is none or none can be made. */
import { GraphQLError } from 'graphql';
import { MAX_ENDPOINTS, type EndpointKey } from '../../domain/webhook/endpoint.ts';
import type { ListedEndpoint, WebhookRefusal } from '../../domain/webhook/webhooks.ts';
import type { Context } from '../builder/context.ts';
import { badArgument } from '../builder/page.ts';
import { managed } from './webhook-endpoint.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The supplier's endpoint that a client names; null if there is none. Where webhooks are left out there is none. */
export function namedKey(endpointId: string, { caller, webhooks }: Context): EndpointKey | null {
  // PostgreSQL refuses some texts, which no ID has.
  return webhooks && UUID.test(endpointId) ? { supplierId: caller.supplierId, endpointId } : null;
}

/** As `namedKey`, but throws. */
export function keyOf(endpointId: string, context: Context): EndpointKey {
  const key = namedKey(endpointId, context);
  if (!key) throw noEndpoint();
  return key;
}

export async function requireEndpoint(key: EndpointKey, context: Context): Promise<ListedEndpoint> {
  const listed = await managed(context).find(key);
  if (!listed) throw noEndpoint();
  return listed;
}

function requireWebhooks(context: Context): Context {
  if (context.webhooks) return context;
  throw new GraphQLError('This gateway sends no webhooks.', { extensions: { code: 'NOT_FOUND' } });
}

export function requireUrl(text: string, context: Context): void {
  const fault = managed(requireWebhooks(context)).describeUrlFault(text);
  if (fault !== null) throw badArgument('input.url', fault);
}

export function noEndpoint(): GraphQLError {
  return new GraphQLError('Your supplier has no webhook endpoint of this ID.', {
    extensions: { code: 'NOT_FOUND' },
  });
}

const refusals: Record<WebhookRefusal, string> = {
  TOO_MANY: `Your supplier has ${MAX_ENDPOINTS} webhook endpoints already. Delete one first.`,
  NO_KEY: 'This gateway has no key to seal secrets with. Its operator must set --webhook-key-file.',
};

export function refused(refusal: WebhookRefusal): GraphQLError {
  return new GraphQLError(refusals[refusal], { extensions: { code: `WEBHOOK_${refusal}` } });
}
