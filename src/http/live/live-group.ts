/** A group of live streams that get the same events. Streams at the same position share each page, which is read and written as bytes once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { HeavyWork, LivePage, LiveSubscription } from '../heavy/heavy-request.ts';
import type { LiveStream } from './live-stream.ts';
import type { UnreadPage } from './unread-page.ts';

/** Most streams that are written to in one turn of the event loop, so that no turn is long. */
export const WRITES_PER_TURN = 100;

/** What a group needs from the server: pages, waits and the byte budget. */
export interface LiveSource {
  /** Reads a page. Throws UnavailableError if the store or the request threads cannot serve it now. */
  readonly readPage: HeavyWork['readPage'];
  /** Waits until there is something after a position, or until the signal aborts. */
  readonly untilPast: (
    subscription: LiveSubscription,
    position: number,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Waits between two pages. The more streams there are to write to, the longer the wait. */
  readonly pace: (supplierId: string) => Promise<void>;
  /** Counts a page of this many bytes as in flight while a reader has not taken it. */
  readonly keep: (supplierId: string, bytes: number) => UnreadPage;
  /** Waits before a page that could not be read is asked for again. */
  readonly untilRetry: () => Promise<void>;
}

/** Streams of one group at the same position. */
interface Cohort {
  position: number;
  /** Whether the log had no change after the position when it was last read. */
  isEnd: boolean;
  readonly streams: Set<LiveStream>;
  /** Aborts when the last stream leaves, which ends the reads and waits of the cohort. */
  readonly ended: AbortController;
}

/**
 * Sends each stream the changes after its position, in cohorts. An unavailable store only delays the events. Any other error ends the
 * streams of the cohort, and their readers are told.
 */
export class LiveGroup {
  readonly #subscription: LiveSubscription;
  readonly #source: LiveSource;
  readonly #cohorts = new Map<number, Cohort>();
  /** The cohort of each stream. A stream whose reader is slow is in none until it has taken its page. */
  readonly #places = new Map<LiveStream, Cohort>();

  constructor(subscription: LiveSubscription, source: LiveSource) {
    this.#subscription = subscription;
    this.#source = source;
  }

  /** Sends the stream the changes after `position`, until it closes. */
  add(stream: LiveStream, position: number): void {
    stream.whenClosed(() => this.#take(stream));
    this.#put(stream, position);
  }

  #put(stream: LiveStream, position: number): void {
    if (!stream.isOpen) return;
    const cohort = this.#cohorts.get(position) ?? this.#start(position);
    cohort.streams.add(stream);
    this.#places.set(stream, cohort);
  }

  #take(stream: LiveStream): void {
    const cohort = this.#places.get(stream);
    this.#places.delete(stream);
    if (cohort?.streams.delete(stream) && cohort.streams.size === 0) cohort.ended.abort();
  }

  #start(position: number): Cohort {
    const cohort = { position, isEnd: false, streams: new Set<LiveStream>(), ended: new AbortController() };
    this.#cohorts.set(position, cohort);
    void this.#run(cohort);
    return cohort;
  }

  async #run(cohort: Cohort): Promise<void> {
    // Wait until `#put` has added the stream that started the cohort. Without a stream the loop would end at once.
    await nextTurn();
    try {
      while (cohort.streams.size > 0) await this.#advance(cohort);
    } catch (error) {
      for (const stream of cohort.streams) stream.fail(error);
    }
    if (this.#cohorts.get(cohort.position) === cohort) this.#cohorts.delete(cohort.position);
  }

  async #advance(cohort: Cohort): Promise<void> {
    const { supplierId } = this.#subscription.caller;
    if (cohort.isEnd) {
      await this.#source.untilPast(this.#subscription, cohort.position, cohort.ended.signal);
      cohort.isEnd = false;
      return;
    }
    const page = await this.#read(cohort);
    if (!page) return;
    cohort.isEnd = page.isEnd;
    if (page.position === cohort.position) return this.#complete(cohort, page);
    // The cohort leaves the old position. A stream that now arrives there starts a new cohort, or it would miss this page.
    this.#cohorts.delete(cohort.position);
    if (page.events.length > 0) await this.#deliver(cohort, page);
    this.#complete(cohort, page);
    this.#moveTo(cohort, page.position);
    await this.#source.pace(supplierId);
  }

  /** Ends the streams if nothing can follow. A stream with an unread page ends once its reader has taken it. */
  #complete({ streams }: Cohort, { isOver = false }: LivePage): void {
    if (!isOver) return;
    for (const stream of streams) {
      this.#places.delete(stream);
      stream.complete();
    }
    streams.clear();
  }

  /** Undefined if the store or the request threads cannot serve the page now. The wait before the next attempt is then over. */
  async #read({ position, ended }: Cohort): Promise<LivePage | undefined> {
    try {
      return await this.#source.readPage({ subscription: this.#subscription, position }, ended.signal);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      if (!ended.signal.aborted) await this.#source.untilRetry();
      return undefined;
    }
  }

  async #deliver(cohort: Cohort, { events, position }: LivePage): Promise<void> {
    let written = 0;
    const page = this.#source.keep(this.#subscription.caller.supplierId, events.length);
    for (const stream of cohort.streams) {
      if (!stream.write(events)) {
        cohort.streams.delete(stream);
        this.#places.delete(stream);
        // Above the byte budget the slow stream is cut off. Its reader can reconnect with the cursor of its last event.
        if (!page.hasRoom) stream.drop();
        stream.whenTaken(() => this.#put(stream, position));
        page.unread(stream);
      }
      written += 1;
      if (written % WRITES_PER_TURN === 0) await nextTurn();
    }
  }

  /** Moves the cohort to its new position. If a cohort is there already, the streams join that one. */
  #moveTo(cohort: Cohort, position: number): void {
    cohort.position = position;
    const there = this.#cohorts.get(position);
    if (!there) {
      this.#cohorts.set(position, cohort);
      return;
    }
    for (const stream of cohort.streams) this.#put(stream, position);
    cohort.streams.clear();
  }
}
