/** Spreads the pieces of large bodies over event-loop turns, one piece in each, so that small requests are served in between. */

/** Stands for the supplier of every connection whose caller is not known. They share one place among the suppliers. */
export const ANONYMOUS = '';
/**
 * After a piece its supplier waits REST_TIMES as long as the piece took, so that its large bodies take a quarter of the
 * thread's time. It waits at least LEAST_REST_MS: read faster, the pieces made V8 stop the thread to collect garbage.
 */
const REST_TIMES = 3;
const LEAST_REST_MS = 1;

interface Line {
  readonly acts: (() => void)[];
  /** No piece of this supplier is read before then, in milliseconds on the monotonic clock. */
  restsUntil: number;
}

/** Pieces that wait, by supplier; the supplier that was served last is last. One map serves the whole thread, because the event loop is what is shared. */
const lines = new Map<string, Line>();

/**
 * Calls `act` in an event-loop turn of its own, when it is the supplier's turn. Without it, Node reads up to 2 MiB of each
 * connection in one turn, and every other request waits for that.
 */
export function atTurn(supplierId: string, act: () => void): void {
  const line = lines.get(supplierId);
  if (line) {
    line.acts.push(act);
    return;
  }
  if (lines.size === 0) setImmediate(takeTurn);
  lines.set(supplierId, { acts: [act], restsUntil: 0 });
}

function takeTurn(): void {
  const started = performance.now();
  const ready = Array.from(lines).find(
    ([, { acts, restsUntil }]) => acts.length > 0 && restsUntil <= started,
  );
  if (ready) {
    const [supplierId, line] = ready;
    line.acts.shift()?.();
    const now = performance.now();
    line.restsUntil = now + Math.max(LEAST_REST_MS, REST_TIMES * (now - started));
    // Moves the supplier to the end. It stays there while it rests, even with nothing to read, so that a new piece waits too.
    lines.delete(supplierId);
    lines.set(supplierId, line);
  }
  for (const [supplierId, { acts, restsUntil }] of lines)
    if (acts.length === 0 && restsUntil <= started) lines.delete(supplierId);
  if (lines.size === 0) return;
  const next = Math.min(...Array.from(lines.values(), ({ restsUntil }) => restsUntil));
  if (next <= started) setImmediate(takeTurn);
  else setTimeout(takeTurn, next - started);
}
