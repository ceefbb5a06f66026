/** Gateways that update the same suppliers on PostgreSQL take turns with larger transactions, and others do not wait. */
import { describe, expect, test } from 'vitest';
import { createPace } from '../../src/db/queue/pace.ts';

/** A commit of `changes` changes of each of these suppliers, the last of which has this position. */
function commitOf(ms: number, ...moved: [supplierId: string, position: number, changes: number][]) {
  return {
    ms,
    steps: moved.map(([supplierId, position, changes]) => ({
      supplierId,
      position,
      before: position - changes,
    })),
  };
}

function openPace() {
  let time = 1_000;
  const pace = createPace(() => time);
  return { ...pace, pass: (ms: number) => void (time += ms) };
}

describe('the pace of transactions', () => {
  test('is no rest while nobody else takes positions', () => {
    const pace = openPace();
    pace.committed(commitOf(10, ['acme', 107, 7]));
    expect(pace.restMs()).toBe(0);
    pace.committed(commitOf(10, ['acme', 110, 3], ['zenith', 5, 5]));
    pace.committed(commitOf(10, ['zenith', 6, 1]));
    pace.committed(commitOf(10));
    expect(pace.restMs()).toBe(0);
  });

  test('is a rest of half the transaction while others come between, and a moment longer', () => {
    const pace = openPace();
    pace.committed(commitOf(10, ['acme', 100, 1], ['zenith', 1, 1]));
    pace.committed(commitOf(14, ['zenith', 2, 1], ['acme', 120, 5]));
    expect(pace.restMs()).toBe(7);
    pace.pass(20);
    // Two transactions of ours that follow one another, and one that changed nothing.
    pace.committed(commitOf(12, ['acme', 121, 1]));
    pace.committed(commitOf(12));
    expect(pace.restMs()).toBe(6);
    pace.pass(250);
    expect(pace.restMs()).toBe(0);
  });

  test('is no rest for what others did long ago, nor for a few suppliers among many', () => {
    const pace = openPace();
    pace.committed(commitOf(10, ['acme', 100, 1], ['zenith', 50, 1]));
    pace.pass(300);
    pace.committed(commitOf(10, ['acme', 200, 1]));
    expect(pace.restMs()).toBe(0);
    pace.committed(commitOf(10, ['acme', 210, 1], ['zenith', 53, 3]));
    expect(pace.restMs()).toBe(0);
  });

  test('ends at a failure, and is never long', () => {
    const pace = openPace();
    pace.committed(commitOf(10, ['acme', 100, 1]));
    pace.committed(commitOf(5_000, ['acme', 200, 1]));
    expect(pace.restMs()).toBe(50);
    pace.failed();
    expect(pace.restMs()).toBe(0);
  });
});
