/** Finds the next message of an endpoint in the log of changes. */
import type { Inventory } from '../domain/inventory.ts';
import type { Delivery } from '../domain/webhook/endpoint.ts';
import { composeMessage, MAX_CHANGES, repeatMessage, type ChangesMessage } from './message.ts';

/** Changes that one window looks at. A message's changes are from one window, so a retry finds them as quickly. */
const MAX_SCAN = 2_000;
/** Endpoints whose looks are remembered. */
const MAX_REMEMBERED = 10_000;

type Composed =
  | { readonly message: ChangesMessage; readonly isMore: boolean }
  /** There is no change for the endpoint up to this position. */
  | { readonly position: number };

/** Composes messages. The same message is composed again as long as an endpoint's `pendingUntil` is the same. */
export function createComposer(
  changesWindow: Inventory['changesWindow'],
): (endpoint: Delivery) => Promise<Composed> {
  /** How far the log was looked at, by endpoint and round. */
  const looked = new Map<string, number>();
  const remember = (name: string, position: number) => {
    if (looked.size >= MAX_REMEMBERED) looked.clear();
    looked.set(name, position);
  };
  return async (endpoint) => {
    const { supplierId, endpointId, round, filter, position, pendingUntil } = endpoint;
    if (pendingUntil !== null) return repeat(changesWindow, endpoint, pendingUntil);
    const name = `${endpointId} ${round}`;
    const seen = looked.get(name) ?? 0;
    for (let from = seen > position ? seen : position; ;) {
      const size = { limit: MAX_CHANGES, maxScan: MAX_SCAN };
      const window = await changesWindow(supplierId, from, filter, size);
      if (window.changes.length > 0) {
        const message = composeMessage(endpoint, window.changes);
        return { message, isMore: !window.isEnd || message.last < (window.changes.at(-1)?.position ?? 0) };
      }
      from = window.position;
      remember(name, from);
      if (window.isEnd) return { position: from };
    }
  };
}

async function repeat(
  changesWindow: Inventory['changesWindow'],
  endpoint: Delivery,
  pendingUntil: number,
): Promise<Composed> {
  const size = { limit: MAX_CHANGES, maxScan: MAX_SCAN, until: pendingUntil + 1 };
  const { changes } = await changesWindow(endpoint.supplierId, endpoint.position, endpoint.filter, size);
  if (changes.length === 0) return { position: pendingUntil };
  return { message: repeatMessage(endpoint, changes), isMore: true };
}
