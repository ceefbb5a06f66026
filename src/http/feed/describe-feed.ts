/** A feed as its sender sees it, in JSON. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import type { StoredFeed, WholeFeed } from '../../domain/feed.ts';

export const FEEDS_PATH = '/feeds/inventory';
export const EXPORT_PATH = '/feeds/inventory.csv';

/** The feed's path at the entrance of the request. */
export function feedPath(feedId: string, { routeOptions }: FastifyRequest): string {
  return `${routeOptions.config.prefix ?? ''}${FEEDS_PATH}/${feedId}`;
}

/** Whether the caller may see rejected rows. What is told of them shows the state of SKUs, unless the sender could not view SKUs either. */
export function maySeeRows({ isBlind }: StoredFeed, { permissions }: Caller): boolean {
  return isBlind || permissions.includes('view_items');
}

export function describeFeed(feed: WholeFeed, request: FastifyRequest): object {
  const { feedId: id, state, filename, mode, dryRun, actor, refusal } = feed;
  const report = feed.report && {
    ...feed.report,
    problems: maySeeRows(feed, request.caller) ? feed.problems : [],
  };
  const { rowsRead, rowsDone, createdAt, startedAt, finishedAt } = feed;
  const hasRejected = finishedAt !== null && report !== null && report.rejected > 0;
  const rejectedRows = hasRejected ? `${feedPath(id, request)}/rejected.csv` : null;
  return {
    ...{ id, state, filename, mode, dryRun, actor, rowsRead, rowsDone },
    ...{ createdAt, startedAt, finishedAt, refusal, report, rejectedRows },
  };
}

/** 202 while the feed is under way. 409: the brake holds it. 422: the file cannot be read. */
export function statusOf({ finishedAt, state, refusal }: StoredFeed): number {
  if (finishedAt === null) return 202;
  if (state !== 'REFUSED') return 200;
  return refusal?.code === 'ZEROING_HELD' ? 409 : 422;
}
