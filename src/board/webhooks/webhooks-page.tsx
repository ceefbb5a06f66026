/** The page Webhooks: which programs are told of changes, and how that goes. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { webhookDialog } from '../edit/webhooks.ts';
import { webhooks, webhooksFault } from '../state/webhooks.ts';
import { WebhookItem } from './webhook-item.tsx';

export function WebhooksPage() {
  const listed = webhooks.value;
  const { box, onFocusIn } = useFocus();
  const add = () => {
    webhookDialog.value = { kind: 'form', webhook: null };
  };
  return (
    <div ref={box} class="scrolls-page webhooks" onFocusIn={onFocusIn}>
      <header>
        <h2 tabIndex={-1}>Webhooks</h2>
        <button type="button" onClick={add}>
          Add webhook
        </button>
      </header>
      <p class="hint">A webhook tells another program of every change, in order, until it has accepted it.</p>
      {webhooksFault.value !== null && (
        <p class="fault" role="alert">
          {webhooksFault.value}
        </p>
      )}
      {listed?.length === 0 && <p class="empty">There is no webhook yet.</p>}
      {listed?.map((webhook) => (
        <WebhookItem key={webhook.endpointId} webhook={webhook} />
      ))}
    </div>
  );
}

/** A reading can take away what has the focus. The keyboard then goes on at the webhook's heading, or at the page's. */
function useFocus() {
  const box = useRef<HTMLDivElement>(null);
  const last = useRef<{ readonly element: Element; readonly item: Element | null } | null>(null);
  useLayoutEffect(() => {
    const { element, item } = last.current ?? {};
    if (!element || element.isConnected || document.activeElement !== document.body) return;
    last.current = null;
    (item?.isConnected ? item : box.current)?.querySelector('h2')?.focus();
  });
  const onFocusIn = ({ target }: FocusEvent) => {
    if (target instanceof Element) last.current = { element: target, item: target.closest('.webhook') };
  };
  return { box, onFocusIn };
}
