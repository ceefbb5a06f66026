/** Gateways that update the same suppliers on PostgreSQL take turns with larger transactions, and others do not wait. */
import { describe, expect, test } from 'vitest';
import { createPace } from '../../src/db/queue/pace.ts';

/** A commit of `changes` changes of each of these suppliers, the last of which has this position. */
function commitOf(ms: number, ...moved: [supplierId: string, position: number, changes: number][]) {
  return {
    ms,
    positions: moved.map(([supplierId, position]) => [supplierId, position] as const),
    before: moved.map(([, position, changes]) => position - changes),
  };
}

describe('the pace of transactions', () => {
  test('is no rest while nobody else takes positions', () => {
    const pace = createPace();
    pace.committed(commitOf(10, ['acme', 107, 7]));
    expect(pace.restMs()).toBe(0);
    pace.committed(commitOf(10, ['acme', 110, 3], ['zenith', 5, 5]));
    pace.committed(commitOf(10, ['zenith', 6, 1]));
    pace.committed(commitOf(10));
    expect(pace.restMs()).toBe(0);
  });

  test('is a rest of half the transaction once another one has come between, as long as that goes on', () => {
    const pace = createPace();
    pace.committed(commitOf(10, ['acme', 100, 1], ['zenith', 1, 1]));
    pace.committed(commitOf(14, ['zenith', 2, 1], ['acme', 120, 5]));
    expect(pace.restMs()).toBe(7);
    pace.committed(commitOf(14, ['acme', 121, 1]));
    expect(pace.restMs()).toBe(0);
  });

  test('ends at a failure, and is never long', () => {
    const pace = createPace();
    pace.committed(commitOf(10, ['acme', 100, 1]));
    pace.committed(commitOf(5_000, ['acme', 200, 1]));
    expect(pace.restMs()).toBe(50);
    pace.failed();
    expect(pace.restMs()).toBe(0);
  });
});
