/** A group of live streams that get the same events. Streams at the same position share each page, which is read and written as bytes once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogPlace } from '../../domain/change.ts';
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
  /** Waits until there is reason to read behind a position, or until the signal aborts. Throws UnavailableError after an outage. */
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
  /** How long a page that cannot be read is asked for again, in milliseconds. */
  readonly outageMs: number;
}

/** Streams of one group at the same place. */
interface Cohort {
  place: LogPlace;
  /** Whether the log had no change after the place when it was last read. */
  isEnd: boolean;
  /** When a page could first not be read, of those since the last that could (`performance.now()`). */
  failingSince: number | undefined;
  readonly streams: Set<LiveStream>;
  /** Aborts when the last stream leaves, which ends the reads and waits of the cohort. */
  readonly ended: AbortController;
}

/**
 * Sends each stream the changes after its place, in cohorts. An unavailable store only delays the events. After an outage the streams of the
 * cohort are cut off, so that their readers come back, perhaps to another gateway. Any other error ends them, and their readers are told.
 */
export class LiveGroup {
  readonly #subscription: LiveSubscription;
  readonly #source: LiveSource;
  /** By the names of their places. */
  readonly #cohorts = new Map<string, Cohort>();
  /** The cohort of each stream. A stream whose reader is slow is in none until it has taken its page. */
  readonly #places = new Map<LiveStream, Cohort>();

  constructor(subscription: LiveSubscription, source: LiveSource) {
    this.#subscription = subscription;
    this.#source = source;
  }

  /** Sends the stream the changes after `place`, until it closes. */
  add(stream: LiveStream, place: LogPlace): void {
    stream.whenClosed(() => this.#take(stream));
    this.#put(stream, place);
  }

  #put(stream: LiveStream, place: LogPlace): void {
    if (!stream.isOpen) return;
    const cohort = this.#cohorts.get(nameOf(place)) ?? this.#start(place);
    cohort.streams.add(stream);
    this.#places.set(stream, cohort);
  }

  #take(stream: LiveStream): void {
    const cohort = this.#places.get(stream);
    this.#places.delete(stream);
    if (cohort?.streams.delete(stream) && cohort.streams.size === 0) cohort.ended.abort();
  }

  #start(place: LogPlace): Cohort {
    const cohort = {
      ...{ place, isEnd: false, failingSince: undefined },
      ...{ streams: new Set<LiveStream>(), ended: new AbortController() },
    };
    this.#cohorts.set(nameOf(place), cohort);
    void this.#run(cohort);
    return cohort;
  }

  async #run(cohort: Cohort): Promise<void> {
    // Wait until `#put` has added the stream that started the cohort. Without a stream the loop would end at once.
    await nextTurn();
    try {
      while (cohort.streams.size > 0) await this.#advance(cohort);
    } catch (error) {
      const isOutage = error instanceof UnavailableError;
      for (const stream of cohort.streams) {
        if (isOutage) stream.cut();
        else stream.fail(error);
      }
    }
    if (this.#cohorts.get(nameOf(cohort.place)) === cohort) this.#cohorts.delete(nameOf(cohort.place));
  }

  async #advance(cohort: Cohort): Promise<void> {
    const { supplierId } = this.#subscription.caller;
    if (cohort.isEnd) {
      await this.#source.untilPast(this.#subscription, cohort.place.position, cohort.ended.signal);
      cohort.isEnd = false;
      return;
    }
    const page = await this.#read(cohort);
    if (!page) return;
    cohort.isEnd = page.isEnd;
    if (nameOf(page.place) === nameOf(cohort.place) && page.events.length === 0)
      return this.#complete(cohort, page);
    // The cohort leaves the old place. A stream that now arrives there starts a new cohort, or it would miss this page.
    this.#cohorts.delete(nameOf(cohort.place));
    if (page.events.length > 0) await this.#deliver(cohort, page);
    this.#complete(cohort, page);
    this.#moveTo(cohort, page.place);
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

  /**
   * Undefined if the store or the request threads cannot serve the page now. The wait before the next attempt is then over. Throws the
   * UnavailableError once the outage has lasted too long.
   */
  async #read(cohort: Cohort): Promise<LivePage | undefined> {
    const { place, ended } = cohort;
    const { readPage, untilRetry, outageMs } = this.#source;
    try {
      const page = await readPage({ subscription: this.#subscription, place }, ended.signal);
      cohort.failingSince = undefined;
      return page;
    } catch (error) {
      const isPassing = error instanceof UnavailableError;
      cohort.failingSince ??= performance.now();
      if (!isPassing || performance.now() - cohort.failingSince >= outageMs) throw error;
      if (!ended.signal.aborted) await untilRetry();
      return undefined;
    }
  }

  async #deliver(cohort: Cohort, { events, place }: LivePage): Promise<void> {
    let written = 0;
    const page = this.#source.keep(this.#subscription.caller.supplierId, events.length);
    for (const stream of cohort.streams) {
      if (!stream.write(events)) {
        cohort.streams.delete(stream);
        this.#places.delete(stream);
        // Above the byte budget the slow stream is cut off. Its reader can reconnect with the cursor of its last event.
        if (!page.hasRoom) stream.drop();
        stream.whenTaken(() => this.#put(stream, place));
        page.unread(stream);
      }
      written += 1;
      if (written % WRITES_PER_TURN === 0) await nextTurn();
    }
  }

  /** Moves the cohort to its new place. If a cohort is there already, the streams join that one. */
  #moveTo(cohort: Cohort, place: LogPlace): void {
    cohort.place = place;
    const there = this.#cohorts.get(nameOf(place));
    if (!there) {
      this.#cohorts.set(nameOf(place), cohort);
      return;
    }
    for (const stream of cohort.streams) this.#put(stream, place);
    cohort.streams.clear();
  }
}

/** A name of the place. Two streams can have cursors of one position that different changes had. */
function nameOf({ position, changedAt }: LogPlace): string {
  return `${position} ${changedAt}`;
}
