/** The part of live streams that request threads do: they find where a stream starts, and make its pages. */
import { createHash } from 'node:crypto';
import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter, LogPlace } from '../../domain/change.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { createContext, type Follow, type Followed, type Services } from '../../schema/builder/context.ts';
import { cursorAhead, cursorExpired } from '../../schema/builder/page.ts';
import { unavailableIn } from '../edge/edge-error.ts';
import { execute } from '../graphql/execute.ts';
import type { GraphqlParams } from '../graphql/graphql-request.ts';
import type { LivePage, LiveStart, LiveSubscription, PageRequest } from './heavy-request.ts';
import type { OperationCache } from '../graphql/prepared-operations.ts';
import { publicResult } from '../graphql/write-result.ts';
import type { RequestMeter } from './read-meter.ts';

/** Most changes on a page, and most changes that are scanned for one. With these bounds a page takes a few milliseconds. */
const WINDOW = { limit: 100, maxScan: 2_000 } as const;
/** A page ends once it has this many bytes. Each stream may hold one unread page in memory, so this bounds that memory. */
const MAX_PAGE_BYTES = 65_536;

interface Started {
  readonly place: LogPlace;
  readonly followed: Followed;
}

/** Records where a subscription starts. Its resolver calls `follow`, which does not follow the log: this thread does not own the stream. */
export interface StartNote {
  readonly follow: Follow;
  /** Undefined if the resolver was not reached, for example because the subscription was refused. */
  started(): Started | undefined;
}

/** Creates the note of one request. */
export function noteStart(): StartNote {
  let start: Started | undefined;
  return {
    follow: (place, followed) => {
      start = { place, followed };
      return nothing();
    },
    started: () => start,
  };
}

function nothing(): AsyncIterableIterator<never> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => Promise.resolve({ done: true, value: undefined }),
  };
}

/** Describes a stream that starts, for the thread of the connections. Streams that differ only in their starting position get the same key. */
export function toLiveStart(
  caller: Caller,
  params: GraphqlParams,
  operation: OperationDefinitionNode,
  { place, followed }: Started,
): LiveStart {
  const { query, operationName, variables } = params;
  const shared = { ...variables };
  // The start of a stream does not change its later events. Without it in the key, streams can share pages.
  for (const name of cursorVariables(operation)) delete shared[name];
  const text = JSON.stringify([caller.supplierId, query, operationName, shared]);
  const key = createHash('sha256').update(text).digest('base64url');
  return { subscription: { key, caller, followed, params }, place };
}

/** The names of the variables that are passed as `after`, the starting cursor of a subscription. */
function cursorVariables({ selectionSet }: OperationDefinitionNode): string[] {
  return selectionSet.selections.flatMap((selection) =>
    selection.kind === 'Field'
      ? (selection.arguments ?? []).flatMap(({ name, value }) =>
          name.value === 'after' && value.kind === 'Variable' ? [value.name.value] : [],
        )
      : [],
  );
}

/** Makes one page of a live stream. Throws UnavailableError if the store fails, or if the meter has run out. */
export type MakePage = (
  request: PageRequest,
  meter: RequestMeter,
  reportFault: (error: unknown) => string,
) => Promise<LivePage>;

/** Returns a `MakePage` that reads through `services` and keeps prepared subscriptions in `operations`. */
export function createMakePage(services: Services, operations: OperationCache): MakePage {
  return async ({ subscription, place }, meter, reportFault) => {
    const { caller, followed } = subscription;
    const write = createWrite(subscription, services, operations, meter, reportFault);
    return followed.kind === 'feed'
      ? feedPage(services, caller, followed.feedId, place, write)
      : changesPage(services, caller, followed.filter, place, meter, write);
  };
}

/** Writes one event. Throws UnavailableError if the store fails while the selection is read: the event is then not sent. */
type Write = (root: object) => Promise<Buffer>;

function createWrite(
  { caller, params }: LiveSubscription,
  services: Services,
  operations: OperationCache,
  meter: RequestMeter,
  reportFault: (error: unknown) => string,
): Write {
  const prepared = operations.prepare(params.query, params.operationName);
  if (!prepared) throw new Error('A subscription that was valid is so no more.');
  let trouble: UnavailableError | undefined;
  const context = {
    ...createContext(caller, 'GRAPHQL', services, { meter }),
    reportFault: (error: unknown) => {
      trouble ??= unavailableIn(error);
      return reportFault(error);
    },
    noteCode: () => undefined,
  };
  return async (root) => {
    const result = await execute(prepared, params.variables, context, root);
    if (trouble) throw trouble;
    return toEvent(publicResult(result));
  };
}

function toEvent(result: object): Buffer {
  return Buffer.from(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
}

async function changesPage(
  { inventory }: Services,
  { supplierId }: Caller,
  filter: ChangeFilter,
  from: LogPlace,
  meter: RequestMeter,
  write: Write,
): Promise<LivePage> {
  const window = await inventory.changesWindow(supplierId, from.position, filter, WINDOW, meter);
  const marks = await inventory.marksAt(supplierId, [from.position, window.position]);
  if (!marks.has(from)) return lastPage(from, cursorAhead());
  if (from.position < marks.horizon) return lastPage(from, cursorExpired());
  const events: Buffer[] = [];
  let bytes = 0;
  let place = from;
  for (const change of window.changes) {
    const event = await write(change).catch(unlessFirst(events));
    if (event) {
      place = { position: change.position ?? 0, changedAt: change.changedAt };
      events.push(event);
      bytes += event.length;
    }
    if (!event || bytes >= MAX_PAGE_BYTES) return { events: Buffer.concat(events), place, isEnd: false };
  }
  return { events: Buffer.concat(events), place: marks.placeAt(window.position), isEnd: window.isEnd };
}

/** A page ends before an event that cannot be read now. If it is the first one, there is no page. */
function unlessFirst(events: readonly Buffer[]) {
  return (error: unknown): undefined => {
    if (events.length === 0 || !(error instanceof UnavailableError)) throw error;
  };
}

/** Tells why nothing can follow this place. */
function lastPage(place: LogPlace, { message, extensions }: GraphQLError): LivePage {
  return { events: toEvent({ errors: [{ message, extensions }] }), place, isEnd: true, isOver: true };
}

/** The feed as it stands now, if that is news. Steps in between are left out. A store that lost commits goes back to an earlier revision. */
async function feedPage(
  { feeds }: Services,
  { supplierId }: Caller,
  feedId: string,
  from: LogPlace,
  write: Write,
): Promise<LivePage> {
  const feed = (await feeds?.find(supplierId, feedId)) ?? null;
  const isOver = feed === null || feed.finishedAt !== null;
  if (feed === null || feed.revision === from.position)
    return { events: Buffer.alloc(0), place: from, isEnd: true, isOver };
  const place = { position: feed.revision, changedAt: null };
  return { events: await write(feed), place, isEnd: true, isOver };
}
