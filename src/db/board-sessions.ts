/** Sessions of the board, which stand in place of a token. Only the SHA-256 of their secrets is stored. */
import { randomBytes } from 'node:crypto';
import type { Caller, Sessions } from '../domain/caller.ts';
import type { WriteAccess } from './access/write-access.ts';
import { SESSION_IDLE_MS } from './access/write-session.ts';
import type { Store } from './store/store.ts';
import { hashToken } from './tokens.ts';

/** For how long a session's row is kept, in milliseconds: an end in another process takes effect within this time. */
const KEPT_MS = 2_000;
/** Sessions kept at most. */
const MAX_KEPT = 10_000;
/** A use is written if the last one that was written is so long ago, in milliseconds: 10 minutes. */
const WRITTEN_EVERY_MS = 600_000;
const SECRET_BYTES = 32;

export interface SessionParts {
  readonly store: Store;
  /** The wall clock, by which sessions and tokens end. */
  readonly clock: () => Date;
  readonly findCaller: (tokenHash: string) => Promise<Caller | null>;
  readonly write: WriteAccess;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic?: () => number;
  /** Counts the ends of sessions in this process. Threads share it, so that an end takes effect in all of them at once. */
  readonly ends?: Int32Array;
}

interface Kept {
  readonly tokenHash: string;
  /** The last use that was written, in milliseconds since 1970. */
  readonly usedAt: number;
  /** On the monotonic clock. */
  readonly until: number;
  /** The number of ends before it was read. After another end it may have ended too. */
  readonly ends: number;
}

/** Remembers sessions for a moment, so that a busy page costs no query a request. */
export function createSessions({ store, clock, findCaller, write, ...more }: SessionParts): Sessions {
  const { monotonic = () => performance.now(), ends = new Int32Array(1) } = more;
  const rows = keepRows(store, monotonic, ends);
  const now = () => clock().toISOString();

  const find = async (secret: string, isUse: boolean): Promise<Caller | null> => {
    const hash = hashToken(secret);
    const row = await rows.find(hash);
    if (!row) return null;
    // A use that is ahead of the clock counts by its distance: a clock that is set back prolongs a session by 12 hours at most.
    const age = Math.abs(clock().getTime() - row.usedAt);
    if (age >= SESSION_IDLE_MS) return null;
    const caller = await findCaller(row.tokenHash);
    if (caller && isUse && age >= WRITTEN_EVERY_MS) {
      rows.noteUse(hash, clock().getTime());
      // The request does not wait for it. If the store has trouble, a later use is written instead.
      void write({ use: hash, now: now() }).catch(() => undefined);
    }
    return caller;
  };
  return {
    async begin(token, { supplierId }, replaced) {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const hashes = replaced.map(hashToken);
      const session = { sessionHash: hashToken(secret), tokenHash: hashToken(token), supplierId };
      const isBegun = await write({ begin: { ...session, replaced: hashes }, now: now() });
      rows.forget();
      return isBegun ? secret : null;
    },
    use: (secret) => find(secret, true),
    check: (secret) => find(secret, false),
    async end(secrets) {
      const hashes = secrets.map(hashToken);
      await write({ end: hashes }).finally(() => rows.forget());
    },
  };
}

function keepRows({ points }: Store, monotonic: () => number, ends: Int32Array) {
  const kept = new Map<string, Kept>();
  return {
    async find(hash: string): Promise<Kept | null> {
      // Before the question: what is learned later is at least as new.
      const asked = monotonic();
      const before = Atomics.load(ends, 0);
      const known = kept.get(hash);
      if (known && asked < known.until && known.ends === before) return known;
      kept.delete(hash);
      const row = await points
        .selectFrom('board_session')
        .select(['token_hash', 'used_at'])
        .where('session_hash', '=', hash)
        .executeTakeFirst();
      if (!row) return null;
      const usedAt = Date.parse(row.used_at);
      const read = { tokenHash: row.token_hash, usedAt, until: asked + KEPT_MS, ends: before };
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(hash, read);
      return read;
    },
    noteUse(hash: string, usedAt: number): void {
      const known = kept.get(hash);
      if (known) kept.set(hash, { ...known, usedAt });
    },
    /** Forgets all rows, in all threads. */
    forget(): void {
      Atomics.add(ends, 0, 1);
    },
  };
}
