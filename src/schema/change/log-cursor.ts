/** Cursors of the log of changes: a position, and when the change there was made. So a cursor of changes that a store has lost, or pruned, is refused. */
import { z } from 'zod';
import type { InventoryChange, LogMarks, LogPlace } from '../../domain/change.ts';
import type { Context } from '../builder/context.ts';
import { cursorAhead, cursorExpired, decodeCursor, encodeCursor } from '../builder/page.ts';

/** Times are written in this base, which makes short cursors. */
const RADIX = 36;

const position = z.int().min(0);
/** Cursors of older gateways have no time. */
const form = z.union([z.tuple([position]), z.tuple([position, z.string().regex(/^[\da-z]{1,10}$/)])]);

/** The cursor of this place. */
export function encodePlace({ position: at, changedAt }: LogPlace): string {
  return changedAt === null ? encodeCursor(at) : encodeCursor(at, Date.parse(changedAt).toString(RADIX));
}

/** The cursor of a stored change. */
export function cursorOf({ position: at, changedAt }: InventoryChange): string {
  return encodePlace({ position: at ?? 0, changedAt });
}

/** Decodes the cursor in the argument `name`. Undefined if there is none. Throws BAD_USER_INPUT for text of another form. */
export function decodePlace(cursor: string | null | undefined, name?: string): LogPlace | undefined {
  const parts = decodeCursor(cursor, form, name);
  if (!parts) return undefined;
  const [at, time] = parts;
  return {
    position: at,
    changedAt: time === undefined ? null : new Date(Number.parseInt(time, RADIX)).toISOString(),
  };
}

/** Places of the log that a reader gave or reached. */
interface ReadPlaces {
  /** The reader wants each change behind this place. */
  readonly behind?: LogPlace | undefined;
  /** The reader wants changes before this place. */
  readonly before?: LogPlace | undefined;
  /** A position to get the place of. */
  readonly reached?: number | undefined;
}

/**
 * What the log has at these places. Throws CURSOR_AHEAD if it has not all of them, and CURSOR_EXPIRED if changes behind the first were pruned.
 * Call it after what was read from them.
 */
export async function requirePlaces(
  { inventory, caller: { supplierId } }: Pick<Context, 'inventory' | 'caller'>,
  { behind, before, reached }: ReadPlaces,
): Promise<LogMarks> {
  const given = [behind, before].filter((place) => place !== undefined);
  const positions = given.map((place) => place.position);
  const marks = await inventory.marksAt(
    supplierId,
    reached === undefined ? positions : [...positions, reached],
  );
  if (!given.every((place) => marks.has(place))) throw cursorAhead();
  if (behind && behind.position < marks.horizon) throw cursorExpired();
  return marks;
}
