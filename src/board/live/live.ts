/** This tab's part of the live stream: the status, and changes of SKUs into the rows. */
import { batch, signal } from '@preact/signals';
import { availabilityOf } from '../../domain/sku.ts';
import { tryAgainNow } from '../state/reachable.ts';
import { change, glow } from '../state/sku-pages.ts';
import { LiveSource } from './live-source.ts';
import type { FromStream, LiveChange, LiveStatus, ToStream } from './live-messages.ts';

/** The worker's file. The build puts its name here. */
declare const LIVE_WORKER: string;

export const liveStatus = signal<LiveStatus>('offline');

type Listener = (changes: readonly LiveChange[]) => void;
const listeners = new Set<Listener>();
let toStream: ((message: ToStream) => void) | undefined;

/** Calls the listener for all changes from now on. Returns the function that ends it. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Follows the stream from now on. `isNew`: the session has just begun, and the stream may be one of another. */
export function followLive(isNew: boolean): void {
  if (toStream) return toStream(isNew ? 'restart' : 'resume');
  onChanges((changes) => batch(() => changes.forEach(applyChange)));
  toStream = connect();
  if (isNew) toStream('restart');
  const resume = () => toStream?.('resume');
  addEventListener('online', resume);
  document.addEventListener('visibilitychange', resume);
}

function connect(): (message: ToStream) => void {
  if (typeof SharedWorker === 'undefined') {
    const source = new LiveSource(take);
    return (message) => (message === 'restart' ? source.restart() : source.resume());
  }
  const { port } = new SharedWorker(LIVE_WORKER, { type: 'module', name: 'stockgate-live' });
  port.addEventListener('message', ({ data }: MessageEvent<FromStream>) => take(data));
  port.start();
  addEventListener('pagehide', () => port.postMessage('leave' satisfies ToStream));
  // A page that the browser kept in memory missed changes meanwhile.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  return (message) => port.postMessage(message);
}

function take(message: FromStream): void {
  if (message.kind === 'changes') for (const listener of listeners) listener(message.changes);
  else {
    liveStatus.value = message.status;
    if (message.status !== 'offline') tryAgainNow();
  }
}

/** The domain spells restrictions as the legacy contract does. */
const spelled = { DISCONTD: 'discontd', TMPUNAVAIL: 'tmpunavail', NONE: null } as const;

function applyChange({ skuId, version, after, changedAt, actor, source, reason }: LiveChange): void {
  const isShown = change(skuId, (sku) => {
    if (sku.version >= version) return sku;
    const availability = availabilityOf({ ...after, restrictions: spelled[after.restrictions ?? 'NONE'] });
    return {
      ...sku,
      ...after,
      availability,
      version,
      updatedAt: changedAt,
      lastChange: { actor, source, reason },
    };
  });
  if (isShown) glow(skuId);
}
