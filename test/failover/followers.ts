/** Followers of live changes, and a reader of the whole feed, through the client that other programs install. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '../../packages/client/src/client.ts';
import type { InventoryChangedEvent } from '../../packages/client/src/schema-types.ts';
import { encodeCursor } from '../../src/schema/builder/page.ts';
import { CLIENT_TOKEN } from '../support/mutations.ts';

/** A change as the rig compares it. */
export interface Seen {
  readonly id: number;
  readonly reason: string | null;
  readonly skuId: string;
  readonly version: number;
}

export interface Follower {
  readonly seen: readonly Seen[];
  /** What ended it, other than `stop`. */
  readonly faults: readonly string[];
  stop(): Promise<void>;
}

/** Follows from the start of the log. The client resumes by itself. */
export function follow(origin: string): Follower {
  const stop = new AbortController();
  const [seen, faults] = [[] as Seen[], [] as string[]];
  const run = async () => {
    try {
      for await (const { change } of clientOf(origin).live({ after: START, signal: stop.signal }))
        seen.push(toSeen(change));
      faults.push('The stream ended.');
    } catch (error) {
      if (!stop.signal.aborted) faults.push(String(error));
    }
  };
  const running = run();
  return {
    seen,
    faults,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

/** Reads the log from its start, again and again if the gateway cannot serve it now. */
export async function readLog(origin: string): Promise<Seen[]> {
  for (;;) {
    try {
      const seen: Seen[] = [];
      for await (const { change } of clientOf(origin).changes()) seen.push(toSeen(change));
      return seen;
    } catch {
      await sleep(200);
    }
  }
}

function toSeen({ id, reason, skuId, version }: InventoryChangedEvent['change']): Seen {
  return { id: Number(id), reason, skuId, version };
}

function clientOf(origin: string): Client {
  return createClient({ url: origin, token: CLIENT_TOKEN });
}

/** The cursor before the first change. */
const START = encodeCursor(0);
