/** Delivers messages: finds endpoints with something to send, and sends to each one message at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import { UnavailableError } from '../domain/unavailable.ts';
import { createDeliver, type DeliveryOptions } from './deliver.ts';
import { LeaseWatch } from './lease-watch.ts';

/** How often to look for work that nothing told of, in milliseconds. */
const LOOK_MS = 500;
/** The same while the store has no endpoint. */
const EMPTY_LOOK_MS = 2_000;
/** Pause between two looks, in milliseconds. Changes that come meanwhile share a message, and its writes. */
const GAP_MS = 100;
/** How long to wait after the store had trouble, in milliseconds. */
const TROUBLE_MS = 2_000;
/** Endpoints that are sent to at the same time at most. */
const MAX_SENDING = 256;

export interface Dispatcher {
  /** Call it when something was committed. */
  wake(): void;
  /** Resolves once it was stopped and no attempt is in hand. */
  readonly ended: Promise<void>;
}

export function startDispatcher(options: DeliveryOptions): Dispatcher {
  const running = new Map<string, Promise<void>>();
  const leases = new LeaseWatch(options.monotonic);
  const deliver = createDeliver(options, leases);
  let isAny = false;
  let woken = Promise.withResolvers<void>();

  const tell = (error: unknown) => {
    // The store's trouble is told by those who write.
    if (!(error instanceof UnavailableError)) options.told.failed(error);
    return false;
  };
  const finish = async (name: string, delivering: Promise<boolean>) => {
    const isGood = await delivering.catch(tell);
    running.delete(name);
    // What was committed during the last attempt is due now.
    if (isGood) woken.resolve();
  };
  const look = async () => {
    const due = await options.deliveries.due(options.clock());
    isAny = due !== null;
    leases.keepOnly(due ?? []);
    for (const key of due ?? []) {
      const name = `${key.supplierId}\0${key.endpointId}`;
      if (running.size >= MAX_SENDING) return;
      if (running.has(name) || !leases.isFree(key)) continue;
      running.set(name, finish(name, deliver(key)));
    }
  };
  const run = async () => {
    while (!options.stop.aborted) {
      woken = Promise.withResolvers<void>();
      const isWell = await look().then(() => true, tell);
      await rest(GAP_MS, options.stop);
      const waitMs = isWell ? (isAny ? LOOK_MS : EMPTY_LOOK_MS) : TROUBLE_MS;
      await rest(waitMs - GAP_MS, options.stop, isWell ? woken.promise : undefined);
    }
    await Promise.all(running.values());
  };
  return {
    wake: () => {
      if (isAny) woken.resolve();
    },
    ended: run(),
  };
}

/** Waits, but not after a stop, nor after `woken`. */
async function rest(ms: number, stop: AbortSignal, woken?: Promise<void>): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  void woken?.then(() => over.abort());
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
