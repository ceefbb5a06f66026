/** Requests that wait for a commit, by supplier: a batch takes them by turns, so that none waits behind another supplier's backlog. */
import type { Load } from './admission.ts';

/** Rows in one transaction at most; a single request that is larger gets its own. */
export const MAX_BATCH_ROWS = 1_000;
/** Rows of one supplier in a transaction at most while others write too: their updates wait for no more than this. */
export const SHARED_BATCH_ROWS = 50;
/** A request of more rows than this is large: while others write too it gets a transaction of its own, which no small update waits for. */
const FEW_ROWS = 20;
/** For how long a supplier that was served counts as one that writes, in milliseconds. */
const ACTIVE_MS = 1_000;

/**
 * While others write, a supplier's next large request waits for so many times as long as the last one took: its large requests have a
 * quarter of the writer's time.
 */
const REST_TIMES = 3;

/** What waits. */
export interface Waiting {
  readonly supplierId: string;
  readonly rows: number;
}

export interface Turns<Entry extends Waiting> {
  add(entry: Entry): void;
  /**
   * One entry of each supplier after another, as far as they fit; each supplier's own stay in order. Empty where all who
   * wait have to rest.
   */
  takeBatch(): Entry[];
  /** Tells how long a batch took, in milliseconds. */
  served(batch: readonly Entry[], ms: number): void;
  /** How many rows of this supplier may share a transaction now. */
  maxRows(supplierId: string): number;
  /** Whether several suppliers wait, or were served within the last second. */
  isShared(): boolean;
  backlog(): Load;
}

/** A supplier's entries; those before `taken` are gone. */
interface Line<Entry> {
  readonly supplierId: string;
  entries: Entry[];
  taken: number;
}

/** `now`: milliseconds on a clock that nobody sets. */
export function createTurns<Entry extends Waiting>(now = () => performance.now()): Turns<Entry> {
  const lines = new Map<string, Line<Entry>>();
  const served = createRecent(now);
  const restsUntil = new Map<string, number>();
  let backlog = { requests: 0, rows: 0 };

  const count = ({ rows }: Entry, sign: 1 | -1) => {
    backlog = { requests: backlog.requests + sign, rows: backlog.rows + sign * rows };
  };
  const maxRows = (supplierId: string) => {
    const othersWait = lines.size > (lines.has(supplierId) ? 1 : 0);
    return othersWait || served.hasOther(supplierId) ? SHARED_BATCH_ROWS : MAX_BATCH_ROWS;
  };
  const rests = ({ supplierId, entries, taken }: Line<Entry>) => {
    const isOver = (restsUntil.get(supplierId) ?? 0) <= now();
    if (isOver) restsUntil.delete(supplierId);
    return !isOver && isLarge(entries[taken]) && maxRows(supplierId) === SHARED_BATCH_ROWS;
  };
  return {
    add(entry) {
      const { supplierId } = entry;
      const line = lines.get(supplierId) ?? { supplierId, entries: [], taken: 0 };
      line.entries.push(entry);
      lines.set(supplierId, line);
      count(entry, 1);
    },
    takeBatch() {
      // Whoever was not served for longest comes first, newcomers before all.
      const inTurn = [...lines.values()]
        .filter((line) => !rests(line))
        .sort((a, b) => served.lastTurn(a.supplierId) - served.lastTurn(b.supplierId));
      const batch = fillBatch(inTurn, maxRows);
      for (const { supplierId } of batch) {
        served.note(supplierId);
        const line = lines.get(supplierId);
        if (line && line.taken === line.entries.length) lines.delete(supplierId);
        else if (line) compact(line);
      }
      for (const entry of batch) count(entry, -1);
      return batch;
    },
    served(batch, ms) {
      for (const entry of batch)
        if (isLarge(entry)) restsUntil.set(entry.supplierId, now() + REST_TIMES * ms);
    },
    maxRows,
    isShared: () => served.count() > 1 || lines.size > 1,
    backlog: () => backlog,
  };
}

function isLarge(entry: Waiting | undefined): boolean {
  return entry !== undefined && entry.rows > FEW_ROWS;
}

/** Advances the lines by what it takes. */
function fillBatch<Entry extends Waiting>(
  lines: readonly Line<Entry>[],
  maxRows: (supplierId: string) => number,
): Entry[] {
  const batch: Entry[] = [];
  let rows = 0;
  let isClosed = false;
  let open = lines.map((line) => ({ line, share: maxRows(line.supplierId), rows: 0 }));
  const take = (turn: (typeof open)[number]): boolean => {
    const { line, share } = turn;
    const entry = line.entries[line.taken];
    if (!entry || isClosed) return false;
    const isFirst = turn.rows === 0;
    const isApart = share < MAX_BATCH_ROWS && isLarge(entry);
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

/** Drops what was taken, once that is most of it. */
function compact<Entry>(line: Line<Entry>): void {
  if (line.taken * 2 <= line.entries.length) return;
  line.entries = line.entries.slice(line.taken);
  line.taken = 0;
}

/** Which suppliers were served within the last second, and in which order. */
function createRecent(now: () => number) {
  // From the longest ago to the newest.
  const recent = new Map<string, { readonly time: number; readonly turn: number }>();
  let turn = 0;
  const forget = () => {
    const since = now() - ACTIVE_MS;
    for (const [supplierId, { time }] of recent) {
      if (time >= since) break;
      recent.delete(supplierId);
    }
  };
  return {
    note(supplierId: string) {
      recent.delete(supplierId);
      recent.set(supplierId, { time: now(), turn: ++turn });
    },
    /** A number that grows; 0: long ago. */
    lastTurn: (supplierId: string) => recent.get(supplierId)?.turn ?? 0,
    hasOther(supplierId: string): boolean {
      forget();
      return recent.size > (recent.has(supplierId) ? 1 : 0);
    },
    count(): number {
      forget();
      return recent.size;
    },
  };
}
