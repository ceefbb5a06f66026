/** Clients that send the planned operations, each one after the other, and record the replies. */
import { CONNECTION_BROKE, send } from './client.ts';
import { isKept, isOpen, type Expected, type History, type Sent } from './history.ts';
import { CLIENTS, planOperation, type PlannedRow } from './plan.ts';
import { createRandom, type Random } from './random.ts';

const AGAIN = 0.1;
/** The pause after a request without an answer, for example while the store is down. */
const PAUSE_MS = 10;

/** The last known state of each SKU. Preconditions use it, so that most of them hold. */
type Seen = Map<string, { version: number; quantityInStock: number }>;

/** Everything that was sent to one database, across all of its crashes. */
export interface Traffic {
  readonly history: History;
  readonly seen: Seen;
  /** The duration of the slowest request, whether or not it was answered. */
  slowestMs: number;
}

export function createTraffic(): Traffic {
  return { history: new Map(), seen: new Map(), slowestMs: 0 };
}

export interface Load {
  /** Resolves with the first answer. */
  readonly answered: Promise<void>;
  /** Resolves when no client has a request in flight any more. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Starts the clients. They run until `stop`, or until their connection breaks. */
export function startLoad(traffic: Traffic, origin: string, seed: number, cycle: number): Load {
  const answered = Promise.withResolvers<void>();
  let running = true;
  const run = async (client: number) => {
    const random = createRandom(seed, cycle, client);
    const own = [...traffic.history.values()].filter(({ operation }) => operation.client === client);
    let planned = 0;
    while (running) {
      const again = pickAgain(own, random);
      const sent = again ?? plan(traffic, seed, cycle, client, planned++);
      if (!again) own.push(sent);
      if ((await sendOnce(traffic, origin, sent)) === CONNECTION_BROKE) return;
      answered.resolve();
    }
  };
  const ended = Promise.all(Array.from({ length: CLIENTS }, (_, client) => run(client))).catch((error) => {
    throw new Error(`seed ${seed}, cycle ${cycle}: the gateway answered what it never should`, {
      cause: error,
    });
  });
  // Without a handler here, a failure before the caller awaits `ended` would end the process.
  ended.catch(() => undefined);
  return {
    answered: Promise.race([answered.promise, ended.then(() => undefined)]),
    ended: ended.then(() => undefined),
    stop: () => (running = false),
  };
}

/** Repeats each operation with a key and without an answer until it is answered. */
export async function settle(traffic: Traffic, origin: string): Promise<void> {
  await Promise.all(
    [...traffic.history.values()].map(async (sent) => {
      while (isOpen(sent)) {
        if ((await sendOnce(traffic, origin, sent)) === CONNECTION_BROKE)
          throw new Error('The gateway is gone.');
      }
    }),
  );
}

/** Chooses an operation to repeat: usually one without an answer, sometimes one whose answer is kept. */
function pickAgain(own: readonly Sent[], random: Random): Sent | undefined {
  const open = random.chance(0.5) && own.find(isOpen);
  if (open) return open;
  const some = random.chance(AGAIN) ? own[random.below(own.length + 1)] : undefined;
  return some && isKept(some) ? some : undefined;
}

function plan({ history, seen }: Traffic, seed: number, cycle: number, client: number, n: number): Sent {
  const operation = planOperation(seed, cycle, client, n);
  const sent: Sent = {
    operation,
    expected: operation.rows.map((row) => expectedOf(row, seen)),
    replies: [],
  };
  history.set(operation.number, sent);
  return sent;
}

function expectedOf({ skuId, expects }: PlannedRow, seen: Seen): Expected | undefined {
  if (expects === 'NOTHING') return undefined;
  const { version, quantityInStock } = seen.get(skuId) ?? { version: 0, quantityInStock: 0 };
  return expects === 'VERSION' ? { version } : { quantityInStock };
}

/** Returns the reason if there is no answer. */
async function sendOnce(traffic: Traffic, origin: string, sent: Sent): Promise<string | undefined> {
  const began = performance.now();
  const reply = await send(origin, sent);
  traffic.slowestMs = Math.max(traffic.slowestMs, performance.now() - began);
  sent.replies.push(reply);
  if ('unknown' in reply) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return reply.unknown;
  }
  reply.rows.forEach(({ version, quantityInStock }, i) => {
    const skuId = sent.operation.rows[i]?.skuId;
    if (skuId !== undefined && version !== undefined && quantityInStock !== undefined)
      traffic.seen.set(skuId, { version, quantityInStock });
  });
  return undefined;
}
