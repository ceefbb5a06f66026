/** Finds the next message of an endpoint in the log of changes. */
import type { LogMarks, LogPlace } from '../domain/change.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { Delivery, DisabledReason } from '../domain/webhook/endpoint.ts';
import { composeMessage, MAX_CHANGES, repeatMessage, type ChangesMessage } from './message.ts';

/** Changes that one window looks at. A message's changes are from one window, so a retry finds them as quickly. */
const MAX_SCAN = 2_000;
/** Endpoints whose places are remembered. */
const MAX_REMEMBERED = 10_000;

type Composed =
  | { readonly message: ChangesMessage; readonly isMore: boolean }
  /** There is no change for the endpoint up to this position. */
  | { readonly position: number }
  /** Changes are gone that the endpoint was told of, or was not. Its owner has to know, before it goes on behind this position. */
  | { readonly lost: { readonly reason: LostReason; readonly position: number } };

type LostReason = Extract<DisabledReason, 'CURSOR_AHEAD' | 'CURSOR_EXPIRED'>;

/** What was read of the log, and what it had afterwards at the places that count. */
interface Reading {
  readonly composed: Composed;
  readonly marks: LogMarks;
}

export type LogReads = Pick<Inventory, 'changesWindow' | 'marksAt'>;

export interface Composer {
  /** Composes the next message. The same one is composed again as long as an endpoint's `pendingUntil` is the same. */
  compose(endpoint: Delivery): Promise<Composed>;
  /** Notes that the receiver has accepted what is before this place. */
  noteAccepted(endpoint: Delivery, end: LogPlace): void;
}

export function createComposer(reads: LogReads): Composer {
  /** How far the log was looked at, and what was accepted, by endpoint and round. */
  const looked = createMemory();
  const accepted = createMemory();
  return {
    noteAccepted: (endpoint, end) => accepted.set(nameOf(endpoint), end),
    async compose(endpoint) {
      const { position, pendingUntil } = endpoint;
      const told = accepted.get(nameOf(endpoint));
      const { composed, marks } =
        pendingUntil === null
          ? await readNext(reads, endpoint, looked, told)
          : await repeat(reads, endpoint, pendingUntil, told);
      const { last, horizon } = marks;
      const isAhead = Math.max(position, pendingUntil ?? 0) > last.position;
      if (isAhead || (told && !marks.has(told)))
        return { lost: { reason: 'CURSOR_AHEAD', position: Math.min(position, last.position) } };
      return position < horizon ? { lost: { reason: 'CURSOR_EXPIRED', position: horizon } } : composed;
    },
  };
}

type Memory = ReturnType<typeof createMemory>;

function createMemory() {
  const places = new Map<string, LogPlace>();
  return {
    get: (name: string) => places.get(name),
    set(name: string, place: LogPlace) {
      if (places.size >= MAX_REMEMBERED) places.clear();
      places.set(name, place);
    },
  };
}

function nameOf({ endpointId, round }: Delivery): string {
  return `${endpointId} ${round}`;
}

async function readNext(
  { changesWindow, marksAt }: LogReads,
  endpoint: Delivery,
  looked: Memory,
  told: LogPlace | undefined,
): Promise<Reading> {
  const { supplierId, filter, position } = endpoint;
  const own: LogPlace = { position, changedAt: null };
  const seen = looked.get(nameOf(endpoint)) ?? own;
  for (let from = seen.position > position ? seen : own; ;) {
    const size = { limit: MAX_CHANGES, maxScan: MAX_SCAN };
    const window = await changesWindow(supplierId, from.position, filter, size);
    const asked = [from.position, window.position, told?.position ?? 0];
    const marks = await marksAt(supplierId, asked);
    if (from !== own && !marks.has(from)) {
      // The log went back, and may have other changes in what was looked at.
      looked.set(nameOf(endpoint), own);
      from = own;
      continue;
    }
    if (window.changes.length > 0) {
      const message = composeMessage(endpoint, window.changes);
      const isMore = !window.isEnd || message.last < (window.changes.at(-1)?.position ?? 0);
      return { composed: { message, isMore }, marks };
    }
    from = marks.placeAt(window.position);
    looked.set(nameOf(endpoint), from);
    if (window.isEnd) return { composed: { position: from.position }, marks };
  }
}

async function repeat(
  { changesWindow, marksAt }: LogReads,
  endpoint: Delivery,
  pendingUntil: number,
  told: LogPlace | undefined,
): Promise<Reading> {
  const { supplierId, position, filter } = endpoint;
  const size = { limit: MAX_CHANGES, maxScan: MAX_SCAN, until: pendingUntil + 1 };
  const { changes } = await changesWindow(supplierId, position, filter, size);
  const marks = await marksAt(supplierId, told ? [told.position] : []);
  if (changes.length === 0) return { composed: { position: pendingUntil }, marks };
  return { composed: { message: repeatMessage(endpoint, changes), isMore: true }, marks };
}
