/** One webhook: how it stands, what can be done to it, and its last attempts. */
import { useId, useState } from 'preact/hooks';
import type { Webhook, WebhookAttempt } from '../api/webhook-documents.ts';
import { enableWebhook, pingWebhook, webhookDialog } from '../edit/webhooks.ts';
import { Time } from '../parts/changes.tsx';
import { Attempts, useAttempts, type ReadAttempts } from './attempts.tsx';
import { countChanges, describeEnd, describeFilter, disabledReasons } from './webhook-words.ts';

export function WebhookItem({ webhook }: { webhook: Webhook }) {
  const id = useId();
  const { url, filter, changesBehind: behind, acceptedAt, previousSecretUntil } = webhook;
  const read = useAttempts(webhook);
  return (
    <section class="webhook" id={`webhook-${webhook.endpointId}`} aria-labelledby={id}>
      <h2 id={id} tabIndex={-1}>
        {url}
      </h2>
      <State webhook={webhook} attempts={read.attempts} />
      <dl class="values">
        <dt>Told of</dt>
        <dd>{describeFilter(filter)}</dd>
        <dt>Not accepted yet</dt>
        <dd>{behind === 0 ? 'Nothing' : countChanges(behind)}</dd>
        <dt>Accepted last</dt>
        <dd>{acceptedAt === null ? 'Never' : <Time time={acceptedAt} />}</dd>
        {previousSecretUntil !== null && Date.parse(previousSecretUntil) > Date.now() && (
          <>
            <dt>Old secret</dt>
            <dd>
              {'Signs too until '}
              <Time time={previousSecretUntil} />
            </dd>
          </>
        )}
      </dl>
      <Actions webhook={webhook} read={read} />
    </section>
  );
}

/** In words and with a sign, so that nobody needs to tell the colours apart. */
function State({ webhook, attempts }: { webhook: Webhook; attempts: ReadAttempts['attempts'] }) {
  const { disabledAt, disabledReason, failingSince, nextAttemptAt } = webhook;
  if (disabledAt !== null && disabledReason !== null)
    return (
      <p class={`state ${disabledReason === 'BY_HAND' ? 'paused' : 'stopped'}`}>
        <strong>Disabled</strong>
        {' since '}
        <Time time={disabledAt} />
        {`. ${disabledReasons[disabledReason]}`}
        {!disabledReason.startsWith('CURSOR') &&
          ' Nothing is lost: once enabled, it goes on where it stopped.'}
      </p>
    );
  if (failingSince !== null && nextAttemptAt !== null)
    return (
      <p class="state retrying">
        <strong>Retrying</strong>
        {' since '}
        <Time time={failingSince} />
        {'. Next attempt at '}
        <Time time={nextAttemptAt} />.
      </p>
    );
  if (attempts === null) return <p class="state">…</p>;
  return <LastAttempt attempt={attempts[0]} hasAcceptedChanges={webhook.acceptedAt !== null} />;
}

interface LastAttemptProps {
  /** Undefined if there was none yet. */
  readonly attempt: WebhookAttempt | undefined;
  readonly hasAcceptedChanges: boolean;
}

/** A ping that fails is not tried again, so that only its attempt tells of it. */
function LastAttempt({ attempt, hasAcceptedChanges }: LastAttemptProps) {
  if (!attempt)
    return (
      <p class="state untried">
        <strong>Not tried yet</strong>
      </p>
    );
  if (attempt.outcome !== 'ACCEPTED')
    return (
      <p class="state stopped">
        <strong>{attempt.firstChangeId === null ? 'Last ping failed' : 'Last attempt failed'}</strong>
        {`. ${describeEnd(attempt)}.`}
      </p>
    );
  return (
    <p class="state works">
      <strong>Works</strong>
      {!hasAcceptedChanges && '. It accepted a ping, and no change yet.'}
    </p>
  );
}

function Actions({ webhook, read }: { webhook: Webhook; read: ReadAttempts }) {
  const [isOpen, setOpen] = useState(webhook.failingSince !== null);
  const ask = (kind: 'rotate' | 'delete' | 'form') => {
    webhookDialog.value = { kind, webhook };
  };
  const ping = () => {
    // The outcome is among them soon.
    setOpen(true);
    void pingWebhook(webhook);
  };
  return (
    <>
      <div class="actions">
        <Switch webhook={webhook} />
        <button type="button" onClick={ping}>
          Send a ping
        </button>
        <button type="button" onClick={() => ask('form')}>
          Edit
        </button>
        <button type="button" onClick={() => ask('rotate')}>
          New secret
        </button>
        <button type="button" onClick={() => ask('delete')}>
          Delete
        </button>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide attempts' : 'Show attempts'}
        </button>
      </div>
      {isOpen && <Attempts webhook={webhook} read={read} />}
    </>
  );
}

/** Disables and enables it. What is enabled again is tried at once. */
function Switch({ webhook }: { webhook: Webhook }) {
  const { disabledReason, failingSince } = webhook;
  const isEnabled = disabledReason === null;
  const set = (to: boolean) => void enableWebhook(webhook, to);
  return (
    <>
      <button type="button" onClick={() => set(!isEnabled)}>
        {isEnabled ? 'Disable' : 'Enable'}
      </button>
      {isEnabled && failingSince !== null && (
        <button type="button" onClick={() => set(true)}>
          Try now
        </button>
      )}
      {!isEnabled && disabledReason !== 'BY_HAND' && (
        <button type="button" title="Takes the mark off the board." onClick={() => set(false)}>
          Leave it disabled
        </button>
      )}
    </>
  );
}
