/** Clients that send what is planned, each one thing after the other, and remember what came back. */
import { CONNECTION_BROKE, send } from './client.ts';
import { isKept, isOpen, type Expected, type History, type Sent } from './history.ts';
import { CLIENTS, planOperation, type PlannedRow } from './plan.ts';
import { createRandom, type Random } from './random.ts';

const AGAIN = 0.1;
/** How soon a client tries again while the gateway has no store. */
const PAUSE_MS = 10;

/** What is known of the SKUs, for preconditions that mostly hold. */
type Seen = Map<string, { version: number; quantityInStock: number }>;

/** All that was sent to one database, over all of its crashes. */
export interface Traffic {
  readonly history: History;
  readonly seen: Seen;
  /** How long the slowest request took, answered or not. */
  slowestMs: number;
}

export function createTraffic(): Traffic {
  return { history: new Map(), seen: new Map(), slowestMs: 0 };
}

export interface Load {
  /** Resolves with the first answer. */
  readonly answered: Promise<void>;
  /** Resolves when each client has its last answer, or none. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Clients go on until they are told to stop, or their connection breaks. */
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
  // Whoever waits for the end learns of a failure then.
  ended.catch(() => undefined);
  return {
    answered: Promise.race([answered.promise, ended.then(() => undefined)]),
    ended: ended.then(() => undefined),
    stop: () => (running = false),
  };
}

/** Sends again what has a key and no answer, until it has one. */
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

/** Mostly what has no answer yet, and now and then what has one. */
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

/** Why there is no answer, if there is none. */
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
