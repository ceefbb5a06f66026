/** Chooses the jobs of each transaction. It takes from each supplier's line in turn, so nobody waits behind another's backlog. */
import type { Load } from './admission.ts';

/** Rows in one transaction, at most. A larger request gets a transaction of its own. */
export const MAX_BATCH_ROWS = 1_000;
/** Rows of one line in a transaction, at most, while others write too. It bounds how long their updates wait. */
export const SHARED_BATCH_ROWS = 50;
/** A request of more rows than this is large. While others write too, it gets a transaction of its own and delays no small update in it. */
const FEW_ROWS = 20;
/** A line still counts as writing for this many milliseconds after it was served. */
const ACTIVE_MS = 1_000;

/**
 * While others write, a line's next large request waits this many times as long as its last one took. So the large requests of a line
 * take a quarter of the writer's time.
 */
const REST_TIMES = 3;

/** A job that waits for a transaction. */
export interface Waiting {
  /** The name of its line. Each supplier has a line for its updates, and one for its files. */
  readonly line: string;
  readonly rows: number;
  /** Whether it always gets a transaction of its own, even while nobody else writes. */
  readonly isApart: boolean;
}

/** The lines of jobs that wait. */
export interface Turns<Entry extends Waiting> {
  /** Puts the entry at the end of its line. */
  add(entry: Entry): void;
  /**
   * Removes and returns the jobs of the next transaction: one entry of each line in turn, as long as they fit. Entries of one line stay
   * in order. Empty if no line waits, or if every line that waits must rest.
   */
  takeBatch(): Entry[];
  /** Call this when a batch is done. `ms`: how long it took, in milliseconds. */
  served(batch: readonly Entry[], ms: number): void;
  /** The most rows of this line that may share a transaction now. */
  maxRows(line: string): number;
  /** Whether several lines wait, or were served within the last second. */
  isShared(): boolean;
  backlog(): Load;
}

/** A line's entries. The first `taken` of them are already taken. */
interface Line<Entry> {
  readonly name: string;
  entries: Entry[];
  taken: number;
}

/** Creates empty lines. `now` returns milliseconds on a monotonic clock. Tests pass their own. */
export function createTurns<Entry extends Waiting>(now = () => performance.now()): Turns<Entry> {
  const lines = new Map<string, Line<Entry>>();
  const served = createRecent(now);
  const restsUntil = new Map<string, number>();
  let backlog = { requests: 0, rows: 0 };

  const count = ({ rows }: Entry, sign: 1 | -1) => {
    backlog = { requests: backlog.requests + sign, rows: backlog.rows + sign * rows };
  };
  const maxRows = (line: string) => {
    const othersWait = lines.size > (lines.has(line) ? 1 : 0);
    return othersWait || served.hasOther(line) ? SHARED_BATCH_ROWS : MAX_BATCH_ROWS;
  };
  const rests = ({ name, entries, taken }: Line<Entry>) => {
    const isOver = (restsUntil.get(name) ?? 0) <= now();
    if (isOver) restsUntil.delete(name);
    return !isOver && isLarge(entries[taken]) && maxRows(name) === SHARED_BATCH_ROWS;
  };
  return {
    add(entry) {
      const line = lines.get(entry.line) ?? { name: entry.line, entries: [], taken: 0 };
      line.entries.push(entry);
      lines.set(line.name, line);
      count(entry, 1);
    },
    takeBatch() {
      // The line that was served longest ago comes first. A line that was not served yet comes before all others.
      const inTurn = [...lines.values()]
        .filter((line) => !rests(line))
        .sort((a, b) => served.lastTurn(a.name) - served.lastTurn(b.name));
      const batch = fillBatch(inTurn, maxRows);
      for (const { line: name } of batch) {
        served.note(name);
        const line = lines.get(name);
        if (line && line.taken === line.entries.length) lines.delete(name);
        else if (line) compact(line);
      }
      for (const entry of batch) count(entry, -1);
      return batch;
    },
    served(batch, ms) {
      for (const entry of batch) if (isLarge(entry)) restsUntil.set(entry.line, now() + REST_TIMES * ms);
    },
    maxRows,
    isShared: () => served.count() > 1 || lines.size > 1,
    backlog: () => backlog,
  };
}

function isLarge(entry: Waiting | undefined): boolean {
  return entry !== undefined && entry.rows > FEW_ROWS;
}

/** Takes entries from the lines until no more fit. */
function fillBatch<Entry extends Waiting>(
  lines: readonly Line<Entry>[],
  maxRows: (line: string) => number,
): Entry[] {
  const batch: Entry[] = [];
  let rows = 0;
  let isClosed = false;
  let open = lines.map((line) => ({ line, share: maxRows(line.name), rows: 0 }));
  const take = (turn: (typeof open)[number]): boolean => {
    const { line, share } = turn;
    const entry = line.entries[line.taken];
    if (!entry || isClosed) return false;
    const isFirst = turn.rows === 0;
    const isApart = entry.isApart || (share < MAX_BATCH_ROWS && isLarge(entry));
    const fits = rows + entry.rows <= MAX_BATCH_ROWS && (isFirst || turn.rows + entry.rows <= share);
    if (batch.length > 0 && (isApart || !fits)) return false;
    isClosed = isApart;
    line.taken += 1;
    turn.rows += entry.rows;
    rows += entry.rows;
    batch.push(entry);
    return true;
  };
  while (open.length > 0) open = open.filter(take);
  return batch;
}

/** Frees the taken entries once they are more than half. Doing that for each entry would copy a long line again and again. */
function compact<Entry>(line: Line<Entry>): void {
  if (line.taken * 2 <= line.entries.length) return;
  line.entries = line.entries.slice(line.taken);
  line.taken = 0;
}

/** Remembers which lines were served within the last second, and in which order. */
function createRecent(now: () => number) {
  // In the order in which they were last served.
  const recent = new Map<string, { readonly time: number; readonly turn: number }>();
  let turn = 0;
  const forget = () => {
    const since = now() - ACTIVE_MS;
    for (const [line, { time }] of recent) {
      if (time >= since) break;
      recent.delete(line);
    }
  };
  return {
    note(line: string) {
      recent.delete(line);
      recent.set(line, { time: now(), turn: ++turn });
    },
    /** The number of the line's last turn. Later turns have greater numbers. 0 if it was not served recently. */
    lastTurn: (line: string) => recent.get(line)?.turn ?? 0,
    hasOther(line: string): boolean {
      forget();
      return recent.size > (recent.has(line) ? 1 : 0);
    },
    count(): number {
      forget();
      return recent.size;
    },
  };
}
