/** The contract by which people manage a supplier's webhook endpoints. */
import type {
  EndpointChange,
  EndpointKey,
  WebhookAttempt,
  WebhookEndpoint,
  WebhookFilter,
} from './endpoint.ts';

/** Why an endpoint, or a secret for it, cannot be made. NO_KEY: the operator has given no key to seal secrets with. */
export type WebhookRefusal = 'TOO_MANY' | 'NO_KEY';

/** An endpoint, and where its supplier's log of changes ends. */
export interface ListedEndpoint {
  readonly endpoint: WebhookEndpoint;
  readonly lastPosition: number;
}

export interface Webhooks {
  /** What is wrong with the URL of an endpoint, as a sentence; null if nothing is. */
  describeUrlFault(url: string): string | null;
  /** The supplier's endpoints, oldest first. */
  list(supplierId: string): Promise<readonly ListedEndpoint[]>;
  /** The supplier's endpoint of this ID; null if it has none. */
  find(key: EndpointKey): Promise<ListedEndpoint | null>;
  /** The last attempts, newest first. */
  attempts(key: EndpointKey): Promise<readonly WebhookAttempt[]>;
  /** Creates an endpoint that begins behind the newest change. Resolves with its secret, which is shown once. */
  create(
    supplierId: string,
    asked: { readonly url: string; readonly filter: WebhookFilter },
  ): Promise<{ readonly key: EndpointKey; readonly secret: string } | WebhookRefusal>;
  /** The writes below are false or null where there is no such endpoint. */
  change(key: EndpointKey, to: EndpointChange): Promise<boolean>;
  /** Resolves with the new secret. */
  rotate(key: EndpointKey): Promise<{ readonly secret: string } | WebhookRefusal | null>;
  /** Sends all changes behind this position again. False also if the endpoint has not got so far. */
  replay(key: EndpointKey, behind: number): Promise<boolean>;
  /** Lets a gateway send a message without changes. Resolves with its ID. */
  ping(key: EndpointKey): Promise<string | null>;
  remove(key: EndpointKey): Promise<boolean>;
}
