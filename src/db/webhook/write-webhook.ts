/** All writes of webhook endpoints as data, so that they can be sent to the writer's thread. */
import type { EndpointChange, EndpointKey, SeenDelivery } from '../../domain/webhook/endpoint.ts';
import type { Store } from '../store/store.ts';
import { inTransaction } from '../store/transaction.ts';
import {
  changeEndpoint,
  createEndpoint,
  removeEndpoint,
  replayChanges,
  rotateSecret,
  type NewEndpoint,
} from './change-endpoint.ts';
import {
  disableEndpoint,
  releaseEndpoint,
  renewLease,
  settleAttempt,
  skipChanges,
  takeEndpoint,
  type Disabling,
  type Settled,
  type Taken,
} from './deliver-endpoint.ts';
import { isWritten, updateOf } from './endpoint-row.ts';

/** What is written. `now` is the time of the wall clock (ISO 8601). */
export type WebhookWrite =
  | { readonly create: NewEndpoint; readonly now: string }
  | { readonly change: EndpointKey; readonly to: EndpointChange; readonly now: string }
  | { readonly rotate: EndpointKey; readonly secret: string; readonly now: string }
  | { readonly replay: EndpointKey; readonly behind: number }
  | { readonly ping: EndpointKey; readonly pingId: string }
  | { readonly remove: EndpointKey }
  | { readonly take: SeenDelivery; readonly taken: Taken }
  | { readonly renew: EndpointKey; readonly lease: string }
  | { readonly release: EndpointKey; readonly lease: string }
  | { readonly skip: SeenDelivery; readonly position: number }
  | { readonly disable: SeenDelivery; readonly to: Disabling; readonly now: string }
  | { readonly settle: EndpointKey; readonly settled: Settled };

/** Writes it. False: there is no such endpoint, it is not as it was seen, or a new one is refused. */
export type WriteWebhook = (write: WebhookWrite) => Promise<boolean>;

export function createWriteWebhook(store: Store): WriteWebhook {
  const { kind, writes } = store;
  return async (write) => {
    if ('take' in write) return takeEndpoint(writes, write.take, write.taken);
    if ('settle' in write)
      return inTransaction(store, (trx) => settleAttempt(kind, trx, write.settle, write.settled));
    if ('renew' in write) return renewLease(writes, write.renew, write.lease);
    if ('release' in write) return releaseEndpoint(writes, write.release, write.lease);
    if ('skip' in write) return skipChanges(writes, write.skip, write.position);
    if ('disable' in write) return disableEndpoint(writes, write.disable, write.to, write.now);
    if ('create' in write)
      return inTransaction(store, (trx) => createEndpoint(store, trx, write.create, write.now));
    if ('change' in write) return changeEndpoint(writes, write.change, write.to, write.now);
    if ('rotate' in write) return rotateSecret(writes, write.rotate, write.secret, write.now);
    if ('replay' in write) return replayChanges(writes, write.replay, write.behind);
    if ('ping' in write) return isWritten(updateOf(writes, write.ping).set({ ping_id: write.pingId }));
    return inTransaction(store, (trx) => removeEndpoint(kind, trx, write.remove));
  };
}
