/** The live stream: opened once, resumed behind the last change that was seen, as often as it breaks. */
import type { FromStream, LiveChange, LiveStatus, ToStream } from './live-messages.ts';

/** In milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Changes are handed on together, so that an import of thousands does not paint thousands of times. */
const GATHER_MS = 50;
/** A clock that jumps so far between two ticks tells that the computer slept. Its connection is then dead, and nobody has told it. */
const SLEPT_MS = 20_000;
const TICK_MS = 5_000;

const STREAM = `subscription Live($after: String) {
  inventoryChanged(after: $after) {
    cursor
    change { skuId version after { quantityInStock quantityOnBackorder restrictions backorderDate }
      actor source reason groupId changedAt }
  }
}`;
const CURSOR_OF_NOW = '{ inventoryChangesCursor }';

/** Codes of a cursor that the store has lost, or behind which it has pruned changes. */
const LOST: ReadonlySet<string> = new Set(['CURSOR_AHEAD', 'CURSOR_EXPIRED']);

interface Event {
  readonly data?: { readonly inventoryChanged: { readonly cursor: string; readonly change: LiveChange } };
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

export class LiveSource {
  readonly #tell: (message: FromStream) => void;
  #status: LiveStatus = 'offline';
  #source: EventSource | undefined;
  /** The last change that was seen. */
  #cursor: string | undefined;
  /** The last change that had been made when the stream was opened. */
  #goal: string | undefined;
  /** Whether the stream has come to the goal. More changes may follow it at once. */
  #hasCaughtUp = false;
  #gathered: LiveChange[] = [];
  #attempts = 0;
  /** Counts the openings, so that one that was overtaken by another opens nothing. */
  #openings = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (message: FromStream) => void) {
    this.#tell = tell;
    this.#watchSleep();
    void this.#open();
  }

  get status(): LiveStatus {
    return this.#status;
  }

  obey(message: Exclude<ToStream, 'leave'>): void {
    // While it is being opened, there is no pause to end.
    if (message === 'resume' && (this.#source || this.#retry === undefined)) return;
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#attempts = 0;
    if (message === 'restart') {
      // Cursors are those of one supplier.
      this.#cursor = undefined;
      this.#gathered = [];
      this.#show('offline');
    }
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#retry = undefined;
    const opening = ++this.#openings;
    const goal = await readCursor();
    if (opening !== this.#openings) return;
    if (goal === undefined) return this.#openLater();
    this.#goal = goal;
    this.#cursor ??= goal;
    this.#hasCaughtUp = this.#cursor === goal;
    const query = new URLSearchParams({ query: STREAM, variables: JSON.stringify({ after: this.#cursor }) });
    const source = new EventSource(`/board/graphql?${query}`);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#attempts = 0;
      this.#show(this.#hasCaughtUp ? 'live' : 'catching up');
    });
    source.addEventListener('next', ({ data }) => this.#take(JSON.parse(data) as Event));
    source.addEventListener('complete', () => this.#broken(source));
    source.addEventListener('error', () => this.#broken(source));
  }

  #take({ data, errors }: Event): void {
    if (errors?.some(({ extensions }) => LOST.has(extensions?.code ?? ''))) {
      this.#cursor = undefined;
      this.#gathered = [];
      this.#tell({ kind: 'lost' });
    }
    if (!data) return;
    const { cursor, change } = data.inventoryChanged;
    this.#cursor = cursor;
    if (cursor === this.#goal) this.#hasCaughtUp = true;
    if (this.#gathered.length === 0) setTimeout(() => this.#handOn(), GATHER_MS);
    this.#gathered.push(change);
  }

  #handOn(): void {
    const changes = this.#gathered;
    this.#gathered = [];
    this.#tell({ kind: 'changes', changes });
    if (this.#status === 'catching up' && this.#hasCaughtUp) this.#show('live');
  }

  #broken(source: EventSource): void {
    source.close();
    if (source !== this.#source) return;
    this.#source = undefined;
    this.#openLater();
  }

  #openLater(): void {
    this.#show('offline');
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** this.#attempts++, LONGEST_PAUSE_MS);
    this.#retry = setTimeout(() => void this.#open(), ms);
  }

  #show(status: LiveStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#tell({ kind: 'status', status });
  }

  #watchSleep(): void {
    let last = Date.now();
    setInterval(() => {
      const now = Date.now();
      if (now - last > SLEPT_MS && this.#source) this.#broken(this.#source);
      last = now;
    }, TICK_MS);
  }
}

/** Undefined if the gateway cannot be reached, or there is no session. */
async function readCursor(): Promise<string | undefined> {
  try {
    const response = await fetch('/board/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: CURSOR_OF_NOW }),
    });
    const { data } = (await response.json()) as { data?: { inventoryChangesCursor: string } };
    return data?.inventoryChangesCursor;
  } catch {
    return undefined;
  }
}
