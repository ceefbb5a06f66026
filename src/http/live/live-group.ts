/** Live streams that get the same events: those at the same position share each reading and each writing of a page. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Inventory } from '../../domain/inventory.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { HeavyWork, LivePage, LiveSubscription } from '../heavy/heavy-request.ts';
import type { LiveStream } from './live-stream.ts';
import type { UnreadPage } from './unread-page.ts';

/** Streams written to in one turn of the event loop. */
export const WRITES_PER_TURN = 100;

export interface LiveSource {
  readonly readPage: HeavyWork['readPage'];
  readonly untilPast: Inventory['untilPast'];
  /** Waits between pages: the longer, the more streams there are to write to. */
  readonly pace: (supplierId: string) => Promise<void>;
  /** Counts a page of so many bytes as in flight while streams have not taken it. */
  readonly keep: (supplierId: string, bytes: number) => UnreadPage;
  /** Waits until the store may be asked again. */
  readonly untilRetry: () => Promise<void>;
}

/** Streams at one position. */
interface Cohort {
  position: number;
  /** Whether the log had nothing behind the position when it was read. */
  isEnd: boolean;
  readonly streams: Set<LiveStream>;
  /** Aborts when the last stream is gone. */
  readonly ended: AbortController;
}

export class LiveGroup {
  readonly #subscription: LiveSubscription;
  readonly #source: LiveSource;
  readonly #cohorts = new Map<number, Cohort>();
  /** Where each stream is; one whose reader is behind is nowhere. */
  readonly #places = new Map<LiveStream, Cohort>();

  constructor(subscription: LiveSubscription, source: LiveSource) {
    this.#subscription = subscription;
    this.#source = source;
  }

  /** Sends the stream what comes behind the position, from now on. */
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
    // Whoever started it has yet to join.
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
      await this.#source.untilPast(supplierId, cohort.position, cohort.ended.signal);
      cohort.isEnd = false;
      return;
    }
    const page = await this.#read(cohort);
    if (!page) return;
    cohort.isEnd = page.isEnd;
    if (page.position === cohort.position) return;
    // From here on a newcomer at the old position has to read the page for itself.
    this.#cohorts.delete(cohort.position);
    if (page.events.length > 0) await this.#deliver(cohort, page);
    this.#moveTo(cohort, page.position);
    await this.#source.pace(supplierId);
  }

  /** Undefined where the store or the threads are out of reach for now. */
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
        // A reader that comes back goes on where it was.
        if (!page.hasRoom) stream.drop();
        stream.whenTaken(() => this.#put(stream, position));
        page.unread(stream);
      }
      written += 1;
      if (written % WRITES_PER_TURN === 0) await nextTurn();
    }
  }

  /** Joins the cohort that is there already, if one is. */
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
