/** Counts inventory files that were handed in, for Prometheus. */
import { Counter, type Registry } from '@prometheus-io/client';
import type { FeedState, FeedSummary } from '../../domain/feed.ts';

/** The end of an inventory file. */
export interface CountedFeed {
  readonly state: FeedState;
  readonly dryRun: boolean;
  readonly report: FeedSummary | undefined;
}

const ends = ['DONE', 'REFUSED', 'FAILED'] as const satisfies FeedState[];
const outcomes = ['applied', 'unchanged', 'stale', 'rejected'] as const satisfies (keyof FeedSummary)[];

export function countFeeds(registers: Registry[]): (feed: CountedFeed) => void {
  const feeds = new Counter({
    name: 'stockgate_feeds_total',
    help: 'Inventory files that have ended, by state.',
    labelNames: ['state'],
    registers,
  });
  const rows = new Counter({
    name: 'stockgate_feed_rows_total',
    help: 'Rows of inventory files that are done, without dry runs, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  for (const state of ends) feeds.inc({ state: state.toLowerCase() }, 0);
  for (const outcome of outcomes) rows.inc({ outcome }, 0);
  return ({ state, dryRun, report }) => {
    feeds.inc({ state: state.toLowerCase() });
    if (state !== 'DONE' || dryRun || !report) return;
    for (const outcome of outcomes) rows.inc({ outcome }, report[outcome]);
  };
}
