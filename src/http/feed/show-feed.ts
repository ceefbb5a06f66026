/** Answers GET /feeds/inventory/ID, with the feed or with its rejected rows. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Feeds, WholeFeed } from '../../domain/feed.ts';
import { RefusalError } from '../edge/edge-error.ts';
import { sendJson } from '../edge/json-answer.ts';
import { describeFeed, maySeeRows } from './describe-feed.ts';
import type { FeedFiles } from './feed-files.ts';
import * as refusals from './refusals.ts';
import { spooledPath } from './spool.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The caller's feed that the path names. */
async function findFeed(feeds: Feeds, { params, caller }: FastifyRequest): Promise<WholeFeed> {
  const { id } = params as { readonly id: string };
  const feed = UUID.test(id) ? await feeds.find(caller.supplierId, id) : null;
  if (!feed) throw new RefusalError(refusals.notFound);
  return feed;
}

export function show({ feeds }: FeedFiles) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    sendFeed(reply, await findFeed(feeds, request), 200);
}

export function sendRejected({ feeds, folder }: FeedFiles) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const feed = await findFeed(feeds, request);
    if (!maySeeRows(feed, request.caller)) throw new RefusalError(refusals.mayNotView);
    const path = spooledPath(folder, feed.feedId, 'rejected.csv');
    const file = await stat(path).catch(() => null);
    if (feed.finishedAt === null) throw new RefusalError(refusals.notFinished);
    if (!file || file.size === 0) throw new RefusalError(refusals.noneRejected);
    request.charge?.after({ answerBytes: file.size });
    return reply
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="rejected-${feed.feedId}.csv"`,
        'content-length': file.size,
      })
      .send(createReadStream(path));
  };
}

export function sendFeed(reply: FastifyReply, feed: WholeFeed, status: number): FastifyReply {
  const { request } = reply;
  if (status >= 400) request.errorCode = feed.refusal?.code;
  return sendJson(reply, { status, body: describeFeed(feed, request) });
}
