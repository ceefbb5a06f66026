/** A receiver that fails at random, and notes whether what it gets is whole: each change, in order, one message at a time. */
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Random } from '../../crash/random.ts';

/** Ways to fail. */
const moods = ['refuse', 'break', 'accept and break', 'slow', 'hang'] as const;
type Mood = (typeof moods)[number];

export interface UnrulyReceiver {
  readonly url: string;
  /** Positions of changes that were received, from 1 on: all up to here. */
  last(): number;
  /** What must not happen, in sentences. */
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<Mood | 'accept' | 'repeats', number>>;
  /** Stops listening for so long: connections are refused. */
  closeFor(ms: number): Promise<void>;
  /** From now on it accepts everything. */
  calmDown(): void;
  close(): void;
}

/** How many messages it fails. */
const FAILURES = 0.25;

/** `secret`: of the endpoint. */
export async function openUnrulyReceiver(
  secret: string,
  random: Random,
  hangs: boolean,
): Promise<UnrulyReceiver> {
  const notes = createNotes(secret);
  const counts = { refuse: 0, break: 0, 'accept and break': 0, slow: 0, hang: 0, accept: 0, repeats: 0 };
  let isCalm = false;
  const chooseMood = (): Mood | 'accept' => {
    if (isCalm || !random.chance(FAILURES)) return 'accept';
    const mood = moods[random.below(moods.length)] ?? 'accept';
    // Nothing else happens for 20 seconds, so it hangs seldom.
    return mood === 'hang' && !(hangs && random.chance(0.1)) ? 'slow' : mood;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const mood = chooseMood();
    counts[mood] += 1;
    if (mood === 'break') return void request.socket.destroy();
    const leave = notes.enter();
    response.once('close', leave);
    const body = await text(request);
    if (!notes.receive(body, request)) counts.repeats += 1;
    if (mood === 'slow') await sleep(random.below(500));
    if (mood === 'hang') return;
    if (mood === 'accept and break') return void request.socket.destroy();
    response.writeHead(mood === 'refuse' ? 500 : 204).end();
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(
      (request, response) => void answer(request, response).catch(() => response.destroy()),
    );
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const stop = (server: Server) => {
    server.closeAllConnections();
    server.close();
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    last: notes.last,
    faults: notes.faults,
    counts,
    async closeFor(ms) {
      stop(server);
      await sleep(ms);
      server = await listen(port);
    },
    calmDown: () => (isCalm = true),
    close: () => stop(server),
  };
}

/** Checks each message against those before it. */
export function createNotes(secret: string) {
  const webhook = new Webhook(secret);
  const faults: string[] = [];
  const known = new Map<string, string>();
  let last = 0;
  let lastId = '';
  let inHand = 0;
  const fault = (sentence: string) => {
    if (faults.length < 20) faults.push(sentence);
  };
  return {
    faults,
    last: () => last,
    /** A message arrives. Call the result when its connection is over. */
    enter() {
      if (++inHand > 1) fault(`${inHand} messages came at the same time.`);
      return () => void (inHand -= 1);
    },
    /** False: it was received before. */
    receive(body: string, { headers }: Pick<IncomingMessage, 'headers'>): boolean {
      const id = String(headers['webhook-id']);
      const { data } = webhook.verify(body, headers as Record<string, string>) as {
        data: { changes: { id: string }[] };
      };
      const digest = hash('sha256', body);
      if (known.has(id)) {
        if (known.get(id) !== digest) fault(`${id} came with another body.`);
        if (id !== lastId) fault(`${id} came again after ${lastId}.`);
        return false;
      }
      known.set(id, digest);
      lastId = id;
      for (const change of data.changes) {
        if (Number(change.id) !== last + 1) fault(`${id} has change ${change.id} after change ${last}.`);
        last = Number(change.id);
      }
      return true;
    },
  };
}
