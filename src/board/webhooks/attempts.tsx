/** The last attempts of a webhook: when, how each ended, and what the receiver answered. */
import { useEffect, useState } from 'preact/hooks';
import type { Webhook, WebhookAttempt } from '../api/webhook-documents.ts';
import { webhookDialog } from '../edit/webhooks.ts';
import { Time } from '../parts/changes.tsx';
import { readAttempts } from '../state/webhooks.ts';
import { describeEnd } from './webhook-words.ts';

/** Characters of an answer that need no opening. */
const SHORT = 80;

export interface ReadAttempts {
  /** Newest first; null until they are read. */
  readonly attempts: readonly WebhookAttempt[] | null;
  /** Why they could not be read. */
  readonly fault: string | null;
}

/** The webhook's last attempts, read again each time that there are new ones. */
export function useAttempts({ endpointId, attemptCount }: Webhook): ReadAttempts {
  const [attempts, setAttempts] = useState<readonly WebhookAttempt[] | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const read = async () => {
      try {
        setAttempts(await readAttempts(endpointId, stop.signal));
        setFault(null);
      } catch (error) {
        if (!stop.signal.aborted) setFault(error instanceof Error ? error.message : String(error));
      }
    };
    if (attemptCount > 0) void read();
    else setAttempts([]);
    return () => stop.abort();
  }, [endpointId, attemptCount]);
  return { attempts, fault };
}

interface AttemptsProps {
  readonly webhook: Webhook;
  readonly read: ReadAttempts;
}

export function Attempts({ webhook, read: { attempts, fault } }: AttemptsProps) {
  return (
    <>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {attempts?.length === 0 && <p class="hint">Nothing was sent yet.</p>}
      <ol class="changes" aria-label={`Attempts of ${webhook.url}`}>
        {attempts?.map((attempt) => (
          <AttemptItem key={`${attempt.at} ${attempt.messageId}`} attempt={attempt} webhook={webhook} />
        ))}
      </ol>
    </>
  );
}

function AttemptItem({ attempt, webhook }: { attempt: WebhookAttempt; webhook: Webhook }) {
  const { at, outcome, status, answer, durationMs } = attempt;
  return (
    <li>
      <strong class={outcome === 'ACCEPTED' ? undefined : 'fault'}>{describeEnd(attempt)}</strong>
      <span class="hint">
        <Time time={at} />
        {`, ${durationMs.toLocaleString()} ms, ${describeMessage(attempt)}`}
      </span>
      <Answer text={answer} label={status === null ? '' : 'Answer: '} />
      <SendAgain attempt={attempt} webhook={webhook} />
    </li>
  );
}

function describeMessage({ firstChangeId: first, lastChangeId: last }: WebhookAttempt): string {
  if (first === null || last === null) return 'a ping';
  return first === last ? `change ${first}` : `changes ${first} to ${last}`;
}

/** What a stranger's program wrote: as text, whatever it looks like. */
function Answer({ text, label }: { text: string; label: string }) {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  if (line === '') return null;
  const isShort = line.length <= SHORT;
  const head = (
    <>
      {label}
      <code class="answer">{isShort ? line : `${line.slice(0, SHORT)} …`}</code>
    </>
  );
  if (isShort) return <span>{head}</span>;
  return (
    <details>
      <summary>{head}</summary>
      <pre class="answer">{text}</pre>
    </details>
  );
}

/** Not for what was not accepted yet: the gateway goes on sending that by itself. */
function SendAgain({ attempt, webhook }: { attempt: WebhookAttempt; webhook: Webhook }) {
  const { firstChangeId, at } = attempt;
  const { endpointId, lastChangeId } = webhook;
  if (firstChangeId === null || Number(firstChangeId) > Number(lastChangeId ?? 0)) return null;
  const ask = () => {
    const place = { fromChangeId: firstChangeId, what: describeMessage(attempt), time: at };
    webhookDialog.value = { kind: 'replay', place, endpointId };
  };
  return (
    <button type="button" onClick={ask}>
      Send again from here
    </button>
  );
}
