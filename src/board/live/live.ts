/** This tab's part of the live stream: the status, and changes of SKUs into the rows. */
import { batch, signal } from '@preact/signals';
import { availabilityOf } from '../../domain/sku.ts';
import type { BoardSku } from '../api/documents.ts';
import { tryAgainNow } from '../state/reachable.ts';
import { glow } from '../state/glow.ts';
import { forgetChanges } from '../state/listing.ts';
import { change, readAgain, refresh } from '../state/sku-pages.ts';
import { LiveSource } from './live-source.ts';
import type { FromStream, LiveChange, LiveStatus, ToStream } from './live-messages.ts';

/** The worker's file. The build puts its name here. */
declare const LIVE_WORKER: string;

export const liveStatus = signal<LiveStatus>('offline');

type Listener = (changes: readonly LiveChange[]) => void;
const listeners = new Set<Listener>();
const lostListeners = new Set<() => void>();
/** Whether the stream has been open since it was begun. A stream that breaks goes on behind the last change. */
let wasLive = false;
/** Whether the store has lost changes since the rows were read. */
let isLost = false;
let toStream: ((message: ToStream) => unknown) | undefined;

/** Calls the listener for all changes from now on. Returns the function that ends it. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Calls the listener whenever the store has lost changes and the rows are read anew. */
export function onLost(listener: () => void): void {
  lostListeners.add(listener);
}

/** Follows the stream from now on. `isNew`: the session has just begun, and the stream may be one of another. */
export function followLive(isNew: boolean): void {
  if (isNew) wasLive = false;
  if (toStream) return void toStream(isNew ? 'restart' : 'resume');
  onChanges((changes) => batch(() => changes.forEach(applyChange)));
  toStream = connect();
  if (isNew) toStream('restart');
  // After the network was away, the old connection can be dead without any event.
  addEventListener('online', () => toStream?.('reconnect'));
  document.addEventListener('visibilitychange', () => toStream?.('resume'));
}

function connect(): (message: ToStream) => unknown {
  if (typeof SharedWorker === 'undefined') {
    const source = new LiveSource(take);
    return (message) => message !== 'leave' && source.obey(message);
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
  else if (message.kind === 'lost') {
    isLost = true;
    forgetChanges();
  } else {
    const { status } = message;
    liveStatus.value = status;
    if (status !== 'offline') tryAgainNow();
    if (status !== 'live') return;
    // Rows were read before the stream was open: what changed in between is in neither.
    if (isLost) readAnew();
    else if (!wasLive) void readAgain(takeRead);
    wasLive = true;
  }
}

/** The rows may have versions that are given again. So they are not compared with what is read now. */
function readAnew(): void {
  isLost = false;
  refresh();
  for (const listener of lostListeners) listener();
}

/** What can glow: a SKU's columns that a change can change. */
const fields = [
  'quantityInStock',
  'quantityOnBackorder',
  'restrictions',
  'availability',
  'updatedAt',
] as const;
/** The domain spells restrictions as the legacy contract does. */
const spelled = { DISCONTD: 'discontd', TMPUNAVAIL: 'tmpunavail', NONE: null } as const;

function applyChange({ skuId, version, after, changedAt, actor, source, reason }: LiveChange): void {
  const availability = availabilityOf({ ...after, restrictions: spelled[after.restrictions ?? 'NONE'] });
  changeAndGlow(skuId, (sku) => {
    if (sku.version >= version) return sku;
    const lastChange = { actor, source, reason };
    return { ...sku, ...after, availability, version, updatedAt: changedAt, lastChange };
  });
}

/** What is read again can be ahead of the stream, which then finds nothing new: it glows here, or nowhere. */
function takeRead(sku: BoardSku): void {
  changeAndGlow(sku.skuId, (known) => (sku.version >= known.version ? sku : known));
}

function changeAndGlow(skuId: string, to: (sku: BoardSku) => BoardSku): void {
  // The row can be in two listings, while a new view loads.
  const changed = new Set<string>();
  const isShown = change(skuId, (sku) => {
    const next = to(sku);
    for (const field of fields) if (next[field] !== sku[field]) changed.add(field);
    return next;
  });
  if (isShown && changed.size > 0) glow(skuId, changed);
}
