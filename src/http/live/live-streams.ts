/** All live streams of a server: their limits, their pace, and the reasons to end them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import type { FeedReads } from '../../domain/feed.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { OUTAGE_MS } from '../../domain/unavailable.ts';
import type { Credential } from '../edge/authenticate.ts';
import type { ByteBudget } from '../fair/byte-budget.ts';
import { createCounts, type Counts } from '../shared/counts.ts';
import type { Limits } from '../shared/shared-limits.ts';
import type { HeavyWork, LiveStart } from '../heavy/heavy-request.ts';
import { LiveGroup, WRITES_PER_TURN, type LiveSource } from './live-group.ts';
import { LiveStream } from './live-stream.ts';
import { RefusalError } from '../edge/edge-error.ts';
import type { RequestObserver } from '../edge/request-log.ts';
import { UnreadPage } from './unread-page.ts';

/** Most streams that are open at the same time. */
export interface LiveLimits {
  /** For one token. */
  readonly perToken: number;
  /** For all tokens of one supplier. */
  readonly perSupplier: number;
}

/** The streams of one credential. */
interface WatchedStreams {
  readonly credential: Credential;
  readonly streams: Set<LiveStream>;
}

/** What live streams need from the server. */
export interface LiveOptions {
  readonly inventory: Inventory;
  readonly feeds?: FeedReads | undefined;
  readonly heavyWork: HeavyWork;
  /** Aborts when the server closes. Streams are then cut off. */
  readonly closing: AbortSignal;
  readonly observer?: RequestObserver | undefined;
  readonly liveLimits: LiveLimits;
  /** Where the streams are counted. */
  readonly limits: Limits;
  /** Bytes in flight, in which unread pages count. */
  readonly budget: ByteBudget;
}

/**
 * How often the token or session of a stream is checked again, in milliseconds. Tokens are also cached for a while. Both together end the streams of a
 * revoked token within five seconds.
 */
const TOKEN_CHECK_MS = 2_000;
/** Interval of keep-alive comments, in milliseconds. Many proxies close a connection that is silent for a minute. */
const KEEP_ALIVE_MS = 12_000;
/** How long to wait before a page that could not be read is asked for again, in milliseconds. */
const RETRY_MS = 1_000;
/** Pause between two pages for each stream, in milliseconds. So 1,000 streams of a supplier get ten pages a second, for a tenth of a core. */
const PACE_MS_PER_STREAM = 0.1;

/** Groups the live streams, limits and paces them, and ends them when the token is no longer valid or the server closes. */
export class LiveStreams {
  readonly #options: LiveOptions;
  readonly #source: LiveSource;
  readonly #groups = new Map<string, { readonly group: LiveGroup; size: number }>();
  readonly #all = new Set<LiveStream>();
  /** The streams by the credentials of their requests, so that each is checked once for all its streams. */
  readonly #byCredential = new Map<string, WatchedStreams>();
  /** Numbers of streams by the names that `namesOf` gives, of all servers that share limits. */
  readonly #counts: Counts;
  /** Numbers of this server's streams by supplier. */
  readonly #ofSupplier = createCounts();

  constructor(options: LiveOptions) {
    const { heavyWork, inventory, feeds, budget } = options;
    this.#options = options;
    this.#counts = options.limits.countsOf('streams');
    this.#source = {
      readPage: (page, ended) => heavyWork.readPage(page, ended),
      untilPast: async ({ caller: { supplierId }, followed }, position, signal) =>
        followed.kind === 'feed'
          ? feeds?.untilPast(supplierId, followed.feedId, position, signal)
          : inventory.untilPast(supplierId, position, signal),
      pace: (supplierId) => this.#pace(supplierId),
      keep: (supplierId, bytes) => new UnreadPage(budget, supplierId, bytes),
      untilRetry: () => pause(RETRY_MS),
      outageMs: OUTAGE_MS,
    };
    keepWatch(this.#byCredential, this.#all, options);
  }

  /**
   * Starts a stream, which lasts until its reader disconnects, the credential is no longer good, or the server closes. Throws a
   * RefusalError with status 429 if the token or the supplier has as many as it may have.
   */
  follow(
    request: FastifyRequest,
    reply: FastifyReply,
    start: LiveStart,
    credential: Credential,
  ): FastifyReply {
    const { closing, liveLimits, observer } = this.#options;
    const { caller } = request;
    const leaveLimits = countOrRefuse(caller, this.#counts, liveLimits);
    const stream = new LiveStream(reply);
    const cut = () => stream.cut();
    const leaves = [
      include(this.#all, stream),
      watch(this.#byCredential, credential, stream),
      leaveLimits,
      count(this.#ofSupplier, caller.supplierId),
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

  #join(stream: LiveStream, { subscription, place }: LiveStart): () => void {
    const { key } = subscription;
    const entry = this.#groups.get(key) ?? { group: new LiveGroup(subscription, this.#source), size: 0 };
    this.#groups.set(key, entry);
    entry.size += 1;
    entry.group.add(stream, place);
    return () => {
      entry.size -= 1;
      if (entry.size === 0) this.#groups.delete(key);
    };
  }

  /** Waits longer the more streams the supplier has. It counts as having half of all, so that many small suppliers are slowed too. */
  #pace(supplierId: string): Promise<void> {
    const streams = Math.max(this.#ofSupplier.get(supplierId), this.#all.size / 2);
    return pause(streams * PACE_MS_PER_STREAM);
  }
}

/** The names under which the streams of a caller are counted. A supplier's ID holds no NUL, so the names cannot collide. */
function namesOf({ supplierId, actor }: Caller): [supplier: string, token: string] {
  return [supplierId, `${supplierId}\0${actor}`];
}

/** Counts a stream of this caller. Returns a function that takes it away again. */
function countOrRefuse(caller: Caller, counts: Counts, limits: LiveLimits): () => void {
  const [supplier, token] = namesOf(caller);
  const leaveToken = count(counts, token, limits.perToken, 'A token');
  try {
    const leaveSupplier = count(counts, supplier, limits.perSupplier, 'A supplier');
    return () => {
      leaveToken();
      leaveSupplier();
    };
  } catch (error) {
    leaveToken();
    throw error;
  }
}

/** Starts the timers that check credentials and send keep-alive comments. They stop when the server closes. */
function keepWatch(
  byCredential: ReadonlyMap<string, WatchedStreams>,
  all: ReadonlySet<LiveStream>,
  { closing }: LiveOptions,
): void {
  const checkTokens = async () => {
    for (const { credential, streams } of byCredential.values())
      if (!(await credential.isGood())) for (const stream of streams) stream.drop();
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
    // If the store cannot be read, the streams stay: that says nothing about their tokens.
    setInterval(() => void checkTokens().catch(() => undefined), TOKEN_CHECK_MS),
    setInterval(() => void keepAlive(), KEEP_ALIVE_MS),
  ];
  closing.addEventListener('abort', () => timers.forEach(clearInterval), { once: true });
  for (const timer of timers) timer.unref();
}

/** Adds the item to the set. Returns a function that removes it. */
function include<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => void set.delete(item);
}

/** Adds the stream to those of its credential. Returns a function that removes it, and the credential once it has no stream. */
function watch(
  byCredential: Map<string, WatchedStreams>,
  credential: Credential,
  stream: LiveStream,
): () => void {
  const { key } = credential;
  const watched = byCredential.get(key) ?? { credential, streams: new Set() };
  byCredential.set(key, watched);
  watched.streams.add(stream);
  return () => {
    watched.streams.delete(stream);
    if (watched.streams.size === 0) byCredential.delete(key);
  };
}

/** Adds one to the count of this name. Returns a function that takes it away again. Throws a RefusalError above the limit. */
function count(counts: Counts, name: string, limit = Infinity, whose = ''): () => void {
  const leave = () => void counts.add(name, -1);
  if (counts.add(name, 1) <= limit) return leave;
  leave();
  const message = `${whose} may keep ${limit} live streams open, and has as many. Close one first.`;
  throw new RefusalError({ status: 429, code: 'TOO_MANY_STREAMS', message, retryAfter: 10 });
}
