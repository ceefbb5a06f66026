/** Answers POST /feeds/inventory: takes a file in, queues its feed, and waits for the end if it is asked to. */
import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FeedCreated, Feeds, NewFeed, WholeFeed } from '../../domain/feed.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { denyCaller } from '../edge/authenticate.ts';
import { RefusalError, type PublicError } from '../edge/edge-error.ts';
import { isCompressed } from '../edge/media-type.ts';
import { Places } from '../fair/places.ts';
import type { Limits } from '../shared/shared-limits.ts';
import { allowSlowBody } from '../fair/slow-body.ts';
import { feedPath, statusOf } from './describe-feed.ts';
import type { FeedFiles } from './feed-files.ts';
import { readKey, readParameters, readWait } from './feed-parameters.ts';
import * as refusals from './refusals.ts';
import { sendFeed } from './show-feed.ts';
import { MAX_FILE_BYTES, spoolBody, spooledPath, tooLarge } from './spool.ts';

/** Files of one supplier that may arrive at the same time. */
const MAX_ARRIVING = 4;
/** Requests of one supplier that may wait for the end of a feed at the same time. */
const MAX_FOLLOWING = 8;
/** How often a request that waits looks for the end of its feed, in milliseconds. */
const LOOK_MS = 100;
/** What a file may be sent as. */
export const feedMediaTypes = [
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/** Answers POST. The file is on disk before its feed is queued, and the feed before it is answered. */
export function takeIn(files: FeedFiles, closing: AbortSignal, limits: Limits) {
  const arriving = new Places(MAX_ARRIVING, limits.countsOf('files arriving'));
  const waiting = new Places(MAX_FOLLOWING, limits.countsOf('waiting for feeds'));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { caller } = request;
    const asked = readAsked(request, files);
    const leave = arriving.enter(caller.supplierId);
    if (!leave) throw new RefusalError(refusals.tooMany);
    const created = await receive(request, asked, files, closing).finally(leave);
    if (created.outcome === 'REPLAYED') reply.header('idempotent-replayed', 'true');
    // Waiting costs nothing, so the supplier's next request may start.
    request.endTurn?.();
    // `Prefer` is a wish. Past this number it is answered at once.
    const stopWaiting = waiting.enter(caller.supplierId);
    const seconds = stopWaiting ? readWait(request.headers) : 0;
    const feed = await untilEnd(
      files.feeds,
      created.feed,
      seconds,
      () => closing.aborted || reply.raw.destroyed,
    ).finally(stopWaiting);
    reply.header('location', feedPath(feed.feedId, request));
    return sendFeed(reply, feed, statusOf(feed));
  };
}

/** What the sender asks for. Throws a RefusalError if it cannot be done, before anything of the body is read. */
function readAsked(request: FastifyRequest, { feeds, clock }: FeedFiles) {
  const { caller, headers, url } = request;
  const parameters = readParameters(url);
  if ('error' in parameters) throw new RefusalError(refusals.badRequest(parameters.error));
  const idempotencyKey = readKey(headers);
  if (typeof idempotencyKey === 'object' && idempotencyKey !== null)
    throw new RefusalError(refusals.badRequest(idempotencyKey.error));
  const { asOf, dryRun } = parameters;
  const ahead = asOf === null ? null : feeds.describeAhead(asOf, clock().toISOString());
  if (ahead !== null) throw new RefusalError(refusals.badRequest(ahead));
  // Dry runs show the state of SKUs, as in GraphQL.
  const denial = dryRun ? denyCaller(caller, 'view_items') : null;
  const refusal = denial ?? refuseBody(request);
  if (refusal) throw new RefusalError(refusal);
  return { parameters, idempotencyKey };
}

/** Stores the file and queues its feed. Throws a RefusalError, and leaves no file, if that cannot be done. */
async function receive(
  request: FastifyRequest,
  { parameters, idempotencyKey }: ReturnType<typeof readAsked>,
  files: FeedFiles,
  closing: AbortSignal,
) {
  const { feeds, folder, clock, stallMs, maxBytes } = files;
  const { supplierId, actor, permissions } = request.caller;
  // A request with a key may be a repetition, which is answered however many wait.
  if (idempotencyKey === null && (await feeds.isFull(supplierId))) throw new RefusalError(refusals.tooMany);
  const feedId = randomUUID();
  const endSlowBody = allowSlowBody(request.raw.socket);
  const { bytes, sha256 } = await spoolBody(request.raw, folder, feedId, {
    ...{ supplierId, closing, stallMs, maxBytes },
  }).finally(endSlowBody);
  request.charge?.after({ bodyBytes: bytes });
  const { reference: referenceDocumentUri, ...asked } = parameters;
  const createdAt = clock().toISOString();
  const created = await queue(files, {
    ...asked,
    ...{ supplierId, feedId, actor, createdAt, referenceDocumentUri, idempotencyKey },
    // Without a time of its own a file counts as of now: what others change while it waits is newer.
    asOf: parameters.asOf ?? createdAt,
    isBlind: !permissions.includes('view_items'),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([sha256, parameters]))
      .digest('hex'),
  });
  if (!('feed' in created))
    throw new RefusalError(created.outcome === 'TOO_MANY' ? refusals.tooMany : refusals.keyReused);
  return created;
}

/** Queues the feed. Its file goes if no feed needs it. */
async function queue({ feeds, folder }: FeedFiles, feed: NewFeed): Promise<FeedCreated> {
  let isNeeded = false;
  try {
    const created = await feeds.create(feed);
    isNeeded = created.outcome === 'CREATED';
    return created;
  } catch (error) {
    // The feed may be queued all the same. If it is not, the file is deleted later.
    isNeeded = error instanceof UnavailableError && error.code === 'OUTCOME_UNKNOWN';
    throw error;
  } finally {
    if (!isNeeded) await rm(spooledPath(folder, feed.feedId, 'file'), { force: true });
  }
}

function refuseBody(request: FastifyRequest): PublicError | null {
  const { headers } = request;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (isCompressed(request) || !feedMediaTypes.includes(type))
    return refusals.unsupportedFile(isCompressed(request));
  return Number(headers['content-length'] ?? 0) > MAX_FILE_BYTES ? tooLarge(MAX_FILE_BYTES) : null;
}

/** Waits for the end of the feed, for so many seconds at most, and not once `isOver`. */
async function untilEnd(
  feeds: Feeds,
  queued: WholeFeed,
  seconds: number,
  isOver: () => boolean,
): Promise<WholeFeed> {
  const until = performance.now() + 1_000 * seconds;
  let feed = queued;
  while (feed.finishedAt === null && performance.now() < until && !isOver()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    feed = (await feeds.find(feed.supplierId, feed.feedId)) ?? feed;
  }
  return feed;
}
