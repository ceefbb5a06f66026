/** The dialogs of webhooks: the form, a new secret, and the questions before what cannot be undone. */
import { useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { Webhook } from '../api/webhook-documents.ts';
import {
  closeWebhookDialog,
  deleteWebhook,
  rotateSecret,
  webhookDialog,
  type WebhookDialog as Shown,
} from '../edit/webhooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { countChanges } from './webhook-words.ts';

export function WebhookDialog() {
  const shown = webhookDialog.value;
  switch (shown?.kind) {
    case 'form':
      return <WebhookForm webhook={shown.webhook} />;
    case 'secret':
      return <Secret shown={shown} />;
    case 'rotate':
      return <Rotate webhook={shown.webhook} />;
    case 'delete':
      return <Delete webhook={shown.webhook} />;
    case 'replay':
      return <ReplayDialog place={shown.place} endpointId={shown.endpointId} />;
    default:
      return null;
  }
}

function Secret({ shown: { url, secret, isNew } }: { shown: Extract<Shown, { kind: 'secret' }> }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState('');
  const copy = async () => {
    field.current?.select();
    // Without TLS a browser has no clipboard for pages, but its older command.
    const isCopied = await (navigator.clipboard as Clipboard | undefined)?.writeText(secret).then(
      () => true,
      () => false,
    );
    setCopied(
      isCopied || document.execCommand('copy') ? 'Copied.' : 'Not copied: it is selected, so press Ctrl + C.',
    );
  };
  return (
    <Dialog title={isNew ? 'Webhook added' : 'New secret'} onClose={closeWebhookDialog}>
      <p>
        {'This secret signs all messages to '}
        <strong>{url}</strong>. Give it to the program there, which verifies them.
      </p>
      <div class="secret">
        <input ref={field} readOnly aria-label="Secret" value={secret} />
        <button type="button" class="main" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p role="status">{copied}</p>
      <p>
        <strong>It is not shown again.</strong>
        {!isNew && ' For 24 hours the old secret signs too.'}
      </p>
      <footer>
        <button type="button" onClick={closeWebhookDialog}>
          Close
        </button>
      </footer>
    </Dialog>
  );
}

function Rotate({ webhook }: { webhook: Webhook }) {
  const { url, previousSecretUntil: until } = webhook;
  const isSecond = until !== null && Date.parse(until) > Date.now();
  return (
    <Question title="New secret" act="Make a new secret" onAct={() => void rotateSecret(webhook)}>
      <p>
        {'Messages to '}
        <strong>{url}</strong>
        {
          ' get a new secret. For 24 hours the present one signs too: give the program the new one until then.'
        }
      </p>
      {isSecond && <p class="fault">The secret before the present one still signs too. It ends at once.</p>}
    </Question>
  );
}

function Delete({ webhook }: { webhook: Webhook }) {
  const { url, changesBehind: behind } = webhook;
  return (
    <Question title="Delete webhook" act="Delete" onAct={() => void deleteWebhook(webhook)}>
      <p>
        <strong>{url}</strong>
        {' is told of no more changes. Its place, its secret and its attempts are gone for good.'}
      </p>
      {behind > 0 && <p class="fault">{`It has not accepted ${countChanges(behind)} yet.`}</p>}
      <p class="hint">Disable it instead if it is to go on later.</p>
    </Question>
  );
}

interface QuestionProps {
  readonly title: string;
  /** What the button says. */
  readonly act: string;
  readonly onAct: () => void;
  readonly children: ComponentChildren;
}

function Question({ title, act, onAct, children }: QuestionProps) {
  return (
    <Dialog title={title} onClose={closeWebhookDialog}>
      {children}
      <footer>
        <button type="button" onClick={closeWebhookDialog}>
          Cancel
        </button>
        <button type="button" class="main" onClick={onAct}>
          {act}
        </button>
      </footer>
    </Dialog>
  );
}
