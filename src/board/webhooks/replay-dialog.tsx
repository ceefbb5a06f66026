/** Asks before changes are sent again: which, how many, and to which webhook. */
import { useState } from 'preact/hooks';
import type { Webhook } from '../api/webhook-documents.ts';
import { closeWebhookDialog, replay, type ReplayPlace } from '../edit/webhooks.ts';
import { Time } from '../parts/changes.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { webhooks } from '../state/webhooks.ts';
import { countChanges } from './webhook-words.ts';

interface ReplayProps {
  readonly place: ReplayPlace;
  readonly endpointId: string | null;
}

export function ReplayDialog({ place, endpointId }: ReplayProps) {
  const listed = webhooks.value ?? [];
  const [chosen, choose] = useState(endpointId ?? listed[0]?.endpointId);
  const webhook = listed.find((one) => one.endpointId === chosen);
  const count = webhook ? countFrom(place, webhook) : 0;
  return (
    <Dialog title="Send again from here" onClose={closeWebhookDialog}>
      <p>
        {'From '}
        <strong>{place.what}</strong>
        {' ('}
        <Time time={place.time} />) on, all changes are sent again.
      </p>
      {endpointId === null && (
        <label class="choice">
          To
          <select value={chosen} onChange={({ currentTarget: { value } }) => choose(value)}>
            {listed.map((one) => (
              <option key={one.endpointId} value={one.endpointId}>
                {one.url}
              </option>
            ))}
          </select>
        </label>
      )}
      {webhook ? <Explanation webhook={webhook} count={count} /> : <p class="fault">This webhook is gone.</p>}
      <footer>
        <button type="button" onClick={closeWebhookDialog}>
          Cancel
        </button>
        <button
          type="button"
          class="main"
          disabled={!webhook || count <= 0}
          onClick={() => webhook && void replay(webhook, place)}
        >
          {count > 0 ? `Send ${countChanges(count)} again` : 'Send again'}
        </button>
      </footer>
    </Dialog>
  );
}

function Explanation({ webhook, count }: { webhook: Webhook; count: number }) {
  const { url, disabledAt, filter } = webhook;
  const isFiltered = Object.values(filter).some((condition) => condition !== null);
  if (count <= 0) {
    const when = `${disabledAt === null ? '' : ' once you enable the webhook'}${isFiltered ? ', if its filter lets it through' : ''}`;
    return <p>{`${url} has not accepted this change yet. It will be sent anyway${when}.`}</p>;
  }
  return (
    <>
      <p>
        <strong>{url}</strong>
        {` was sent ${countChanges(count)} since then. It gets them a second time, in order, in messages with new IDs, and then goes on as usual.`}
      </p>
      {isFiltered && <p>What its filter leaves out is counted, but not sent.</p>}
      {disabledAt !== null && <p class="fault">It is disabled. They are sent once you enable it.</p>}
    </>
  );
}

/** Changes have the numbers of their order as IDs. 0 or less: the webhook has not come so far. */
function countFrom({ fromChangeId }: ReplayPlace, { lastChangeId }: Webhook): number {
  return Number(lastChangeId ?? 0) - Number(fromChangeId) + 1;
}
