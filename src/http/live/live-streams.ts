/** Live streams: how many there may be, how long they last, and how they end. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate, Caller } from '../../domain/caller.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { authenticateHeader, tokenSchemes } from '../edge/authenticate.ts';
import type { ByteBudget } from '../fair/byte-budget.ts';
import type { HeavyWork, LiveStart } from '../heavy/heavy-request.ts';
import { LiveGroup, WRITES_PER_TURN, type LiveSource } from './live-group.ts';
import { LiveStream } from './live-stream.ts';
import { RefusalError } from '../edge/edge-error.ts';
import type { RequestObserver } from '../edge/request-log.ts';
import { UnreadPage } from './unread-page.ts';

export interface LiveLimits {
  /** Streams open at a time at most, for one token and for all of one supplier. */
  readonly perToken: number;
  readonly perSupplier: number;
}

export interface LiveOptions {
  readonly inventory: Inventory;
  readonly heavyWork: HeavyWork;
  readonly authenticate: Authenticate;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
  readonly observer?: RequestObserver | undefined;
  readonly liveLimits: LiveLimits;
  readonly budget: ByteBudget;
}

/** How often a stream's token is looked at again; together with the time that tokens are remembered, below five seconds. */
const TOKEN_CHECK_MS = 2_000;
/** Proxies close a connection that says nothing for a minute. */
const KEEP_ALIVE_MS = 12_000;
/** How long to wait before a page is asked for again that could not be read, in milliseconds. */
const RETRY_MS = 1_000;
/** Pause between pages for each stream: a thousand streams of a supplier get ten pages a second, and cost a tenth of a core. */
const PACE_MS_PER_STREAM = 0.1;
/** The live streams of a server: it counts them, paces them, and ends them when their time has come. */
export class LiveStreams {
  readonly #options: LiveOptions;
  readonly #source: LiveSource;
  readonly #groups = new Map<string, { readonly group: LiveGroup; size: number }>();
  readonly #all = new Set<LiveStream>();
  /** By the header that brought it. */
  readonly #byToken = new Map<string, Set<LiveStream>>();
  /** How many there are of each supplier, and of each token. */
  readonly #counts = new Map<string, number>();

  constructor(options: LiveOptions) {
    const { heavyWork, inventory, budget } = options;
    this.#options = options;
    this.#source = {
      readPage: (page, ended) => heavyWork.readPage(page, ended),
      untilPast: (supplierId, position, signal) => inventory.untilPast(supplierId, position, signal),
      pace: (supplierId) => this.#pace(supplierId),
      keep: (supplierId, bytes) => new UnreadPage(budget, supplierId, bytes),
      untilRetry: () => pause(RETRY_MS),
    };
    keepWatch(this.#byToken, this.#all, options);
  }

  /** Keeps the stream until its reader leaves, its token is no longer good, or the server closes. Throws where there are too many. */
  follow(request: FastifyRequest, reply: FastifyReply, start: LiveStart): FastifyReply {
    const { closing, liveLimits, observer } = this.#options;
    const { caller, headers } = request;
    refuseSurplus(caller, this.#counts, liveLimits);
    const stream = new LiveStream(reply);
    const cut = () => stream.cut();
    const leaves = [
      include(this.#all, stream),
      includeIn(this.#byToken, headers.authorization ?? '', stream),
      ...namesOf(caller).map((name) => count(this.#counts, name)),
      this.#join(stream, start),
      () => closing.removeEventListener('abort', cut),
      () => observer?.streamed(-1),
    ];
    request.isLive = true;
    observer?.streamed(1);
    closing.addEventListener('abort', cut, { once: true });
    stream.whenClosed(() => leaves.forEach((leave) => leave()));
    return reply;
  }

  #join(stream: LiveStream, { subscription, position }: LiveStart): () => void {
    const { key } = subscription;
    const entry = this.#groups.get(key) ?? { group: new LiveGroup(subscription, this.#source), size: 0 };
    this.#groups.set(key, entry);
    entry.size += 1;
    entry.group.add(stream, position);
    return () => {
      entry.size -= 1;
      if (entry.size === 0) this.#groups.delete(key);
    };
  }

  #pace(supplierId: string): Promise<void> {
    const streams = Math.max(this.#counts.get(supplierId) ?? 0, this.#all.size / 2);
    return pause(streams * PACE_MS_PER_STREAM);
  }
}

/** Under which names a caller's streams are counted: its supplier's, and its token's. */
function namesOf({ supplierId, actor }: Caller): [supplier: string, token: string] {
  return [supplierId, `${supplierId}\0${actor}`];
}

function refuseSurplus(caller: Caller, counts: ReadonlyMap<string, number>, limits: LiveLimits): void {
  const [supplier, token] = namesOf(caller);
  const refuse = (limit: number, whose: string) => {
    const message = `${whose} may keep ${limit} live streams open, and has as many. Close one first.`;
    throw new RefusalError({ status: 429, code: 'TOO_MANY_STREAMS', message, retryAfter: 10 });
  };
  if ((counts.get(token) ?? 0) >= limits.perToken) refuse(limits.perToken, 'A token');
  if ((counts.get(supplier) ?? 0) >= limits.perSupplier) refuse(limits.perSupplier, 'A supplier');
}

/** Looks at tokens and keeps connections alive, until the server closes. */
function keepWatch(
  byToken: ReadonlyMap<string, ReadonlySet<LiveStream>>,
  all: ReadonlySet<LiveStream>,
  { authenticate, closing }: LiveOptions,
): void {
  const checkTokens = async () => {
    for (const [header, streams] of byToken) {
      const caller = await authenticateHeader(header, tokenSchemes.graphql, authenticate);
      if ('message' in caller) for (const stream of streams) stream.drop();
    }
  };
  const keepAlive = async () => {
    let written = 0;
    for (const stream of all) {
      stream.keepAlive();
      written += 1;
      if (written % WRITES_PER_TURN === 0) await pause(0);
    }
  };
  const timers = [
    // A store out of reach says nothing about the token.
    setInterval(() => void checkTokens().catch(() => undefined), TOKEN_CHECK_MS),
    setInterval(() => void keepAlive(), KEEP_ALIVE_MS),
  ];
  closing.addEventListener('abort', () => timers.forEach(clearInterval), { once: true });
  for (const timer of timers) timer.unref();
}

/** Adds it; what comes back takes it out. */
function include<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => void set.delete(item);
}

function includeIn<T>(sets: Map<string, Set<T>>, name: string, item: T): () => void {
  const set = sets.get(name) ?? new Set<T>();
  sets.set(name, set.add(item));
  return () => {
    set.delete(item);
    if (set.size === 0) sets.delete(name);
  };
}

function count(counts: Map<string, number>, name: string): () => void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  return () => {
    const left = (counts.get(name) ?? 0) - 1;
    if (left > 0) counts.set(name, left);
    else counts.delete(name);
  };
}
