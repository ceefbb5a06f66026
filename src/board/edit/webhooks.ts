/** What is done to webhooks, and the dialog that asks for it. */
import { signal } from '@preact/signals';
import { RefusedError, send, UnreachableError } from '../api/graphql.ts';
import {
  createWebhookMutation,
  deleteWebhookMutation,
  pingWebhookMutation,
  replayWebhookMutation,
  rotateWebhookMutation,
  updateWebhookMutation,
  type Webhook,
  type WebhookChange,
} from '../api/webhook-documents.ts';
import { notify } from '../state/notices.ts';
import { untilReachable } from '../state/reachable.ts';
import { readWebhooks } from '../state/webhooks.ts';
import { pending } from './pending.ts';

/** From where changes are sent again. */
export interface ReplayPlace {
  readonly fromChangeId: string;
  /** What stands there, in words. */
  readonly what: string;
  readonly time: string;
}

export type WebhookDialog =
  /** Null: a new one. */
  | { readonly kind: 'form'; readonly webhook: Webhook | null }
  /** A new secret, and the URL of its webhook. */
  | { readonly kind: 'secret'; readonly url: string; readonly secret: string; readonly isNew: boolean }
  | { readonly kind: 'rotate' | 'delete'; readonly webhook: Webhook }
  /** Without an ID the user chooses the webhook. */
  | { readonly kind: 'replay'; readonly place: ReplayPlace; readonly endpointId: string | null };

/** Null: no dialog is open. */
export const webhookDialog = signal<WebhookDialog | null>(null);

export function closeWebhookDialog(): void {
  webhookDialog.value = null;
}

export interface WebhookFields {
  readonly url: string;
  readonly filter: NonNullable<WebhookChange['filter']>;
}

/** Why a form is refused. */
export interface FormFault {
  /** The name of the input field that is at fault; empty if none is. */
  readonly field: string;
  readonly text: string;
}

/** Creates the webhook, and shows its secret. Resolves with the reason if it is refused. */
export function createWebhook(input: WebhookFields): Promise<FormFault | null> {
  return told(async () => {
    const { createWebhookEndpoint: created } = await send(createWebhookMutation, { input });
    const { secret, endpoint } = created;
    webhookDialog.value = { kind: 'secret', url: endpoint.url, secret, isNew: true };
  });
}

/** Changes the webhook. Resolves with the reason if it is refused. */
export function changeWebhook({ endpointId }: Webhook, change: WebhookChange): Promise<FormFault | null> {
  return told(async () => {
    await send(updateWebhookMutation, { input: { endpointId, ...change } });
    closeWebhookDialog();
  });
}

/** Enabled, it goes on where it stopped, at once. */
export function enableWebhook({ endpointId }: Webhook, isEnabled: boolean): Promise<void> {
  return act(() => send(updateWebhookMutation, { input: { endpointId, isEnabled } }));
}

export function pingWebhook({ endpointId, url }: Webhook): Promise<void> {
  return act(
    () => send(pingWebhookMutation, { input: { endpointId } }),
    `A ping is sent to ${url}. The attempts tell soon how that went.`,
  );
}

export function rotateSecret({ endpointId, url }: Webhook): Promise<void> {
  closeWebhookDialog();
  return act(async () => {
    const answer = await once(() => send(rotateWebhookMutation, { input: { endpointId } }));
    const { secret } = answer.rotateWebhookSecret;
    webhookDialog.value = { kind: 'secret', url, secret, isNew: false };
  });
}

export function deleteWebhook({ endpointId, url }: Webhook): Promise<void> {
  closeWebhookDialog();
  return act(() => send(deleteWebhookMutation, { input: { endpointId } }), `${url} is deleted.`);
}

export function replay({ endpointId, url }: Webhook, { fromChangeId }: ReplayPlace): Promise<void> {
  closeWebhookDialog();
  return act(
    () => send(replayWebhookMutation, { input: { endpointId, fromChangeId } }),
    `Changes are sent to ${url} again.`,
  );
}

/** Does the work until the gateway has answered, and tells how it ended. */
async function act(work: () => Promise<unknown>, done?: string): Promise<void> {
  await pending(async () => {
    try {
      await untilReachable(work);
      if (done !== undefined) notify({ text: done });
    } finally {
      await readWebhooks();
    }
  });
}

/** Does the work for a form, once. Resolves with the reason if it is refused. */
async function told(work: () => Promise<void>): Promise<FormFault | null> {
  try {
    await untilReachable(() => once(work));
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [place = '', field = ''] = /^input\.(?:filter\.)?(\w+)(?:\.\d+)?: /.exec(message) ?? [];
    return { field, text: message.slice(place.length) };
  } finally {
    void readWebhooks();
  }
}

/** Without a second try: if the answer to the first one is lost, it has made a secret that nobody knows. */
async function once<Data>(work: () => Promise<Data>): Promise<Data> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    throw new RefusedError(`${error.message} Look at the list before you try again: it may be done.`);
  }
}
