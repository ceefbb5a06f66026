/** Clients that update without a pause, each with keys: what fails is sent again under its key, to any gateway. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_TOKEN, mutations } from '../support/mutations.ts';
import { range } from '../support/range.ts';

/** A retry comes soon: the rig measures when writes are back. */
const RETRY_MS = 20;
/** A request that is not answered for so long is given up, in milliseconds. */
const PATIENCE_MS = 30_000;

/** An update that was answered with success. */
export interface Acknowledged {
  readonly key: string;
  readonly skuId: string;
  readonly version: number;
  /** When it was sent first, and when it was answered: milliseconds of the monotonic clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export interface Writers {
  readonly acknowledged: readonly Acknowledged[];
  /** The longest time of a single request, answered or not, in milliseconds. */
  longestMs(): number;
  /** How often each status, or "broken", was answered. */
  readonly statuses: ReadonlyMap<string, number>;
  /** Ends after the updates in hand, which are sent again until they are acknowledged. */
  stop(): Promise<void>;
  /** Ends without sending anything again. */
  abandon(): Promise<void>;
}

export const skuOf = (n: number) => `sku-${n}`;

/** `origins` are those of the gateways at this moment. */
export function startWriters(count: number, origins: () => readonly string[]): Writers {
  const acknowledged: Acknowledged[] = [];
  const statuses = new Map<string, number>();
  let isOver = false;
  let isAbandoned = false;
  let longestMs = 0;

  const ask = async (origin: string | undefined, input: object) => {
    const started = performance.now();
    try {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: mutations.update, variables: { input } }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { data, errors } = await response.json();
      tally(statuses, errors?.[0]?.extensions?.code ?? String(response.status));
      return data?.answer?.change ?? null;
    } catch {
      tally(statuses, 'broken');
      return null;
    } finally {
      longestMs = Math.max(longestMs, performance.now() - started);
    }
  };
  const write = async (writer: number) => {
    for (let n = 1; !isOver; n++) {
      const key = `writer-${writer}-${n}`;
      const input = {
        identifier: { skuId: skuOf(writer) },
        quantityInStock: n,
        idempotencyKey: key,
        reason: key,
      };
      const sentAt = performance.now();
      for (let tries = writer; !isAbandoned; tries++) {
        const all = origins();
        const change = await ask(all[tries % all.length], input);
        if (change) {
          const { version } = change;
          acknowledged.push({ key, skuId: skuOf(writer), version, sentAt, answeredAt: performance.now() });
          break;
        }
        await sleep(RETRY_MS);
      }
    }
  };
  const writing = range(count).map(write);
  return {
    acknowledged,
    statuses,
    longestMs: () => longestMs,
    async stop() {
      isOver = true;
      await Promise.all(writing);
    },
    async abandon() {
      isOver = isAbandoned = true;
      await Promise.all(writing);
    },
  };
}

function tally(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
