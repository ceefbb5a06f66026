/** Turns of the event loop for whoever sends a lot: one piece in each, from suppliers by turns, so that small requests go in between. */

/** Those whose supplier is not known have one turn together. */
export const STRANGERS = '';
/**
 * A supplier rests for so many times as long as its piece took, so that all its large bodies have a quarter of the thread's time,
 * and for at least so many milliseconds: V8 stops the thread to collect pieces when they come faster.
 */
const REST_TIMES = 3;
const LEAST_REST_MS = 1;

interface Line {
  readonly acts: (() => void)[];
  /** In milliseconds on the monotonic clock. */
  restsUntil: number;
}

/** What waits, by supplier; the one that was served last is last. */
const lines = new Map<string, Line>();

/** Acts in a turn in which no other piece is read. Node itself reads up to two mebibytes of each connection in one. */
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
    // To the end of the line, where it stays while it rests, whether it has more to read or not.
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
