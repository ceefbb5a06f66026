/** The part of live streams that request threads do: they find where a stream starts, and make its pages. */
import { createHash } from 'node:crypto';
import type { OperationDefinitionNode } from 'graphql';
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter } from '../../domain/change.ts';
import { createContext, type Follow, type Followed, type Services } from '../../schema/builder/context.ts';
import { execute } from '../graphql/execute.ts';
import type { GraphqlParams } from '../graphql/graphql-request.ts';
import type { LivePage, LiveStart, PageRequest } from './heavy-request.ts';
import type { OperationCache } from '../graphql/prepared-operations.ts';
import { publicResult } from '../graphql/write-result.ts';
import type { RequestMeter } from './read-meter.ts';

/** Most changes on a page, and most changes that are scanned for one. With these bounds a page takes a few milliseconds. */
const WINDOW = { limit: 100, maxScan: 2_000 } as const;
/** A page ends once it has this many bytes. Each stream may hold one unread page in memory, so this bounds that memory. */
const MAX_PAGE_BYTES = 65_536;

interface Started {
  readonly position: number;
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
    follow: (position, followed) => {
      start = { position, followed };
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
  { position, followed }: Started,
): LiveStart {
  const { query, operationName, variables } = params;
  const shared = { ...variables };
  // The start of a stream does not change its later events. Without it in the key, streams can share pages.
  for (const name of cursorVariables(operation)) delete shared[name];
  const text = JSON.stringify([caller.supplierId, query, operationName, shared]);
  const key = createHash('sha256').update(text).digest('base64url');
  return { subscription: { key, caller, followed, params }, position };
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
  return async ({ subscription, position: from }, meter, reportFault) => {
    const { caller, followed, params } = subscription;
    const prepared = operations.prepare(params.query, params.operationName);
    if (!prepared) throw new Error('A subscription that was valid is so no more.');
    const context = {
      ...createContext(caller, 'GRAPHQL', services, { meter }),
      reportFault,
      noteCode: () => undefined,
    };
    const write = async (root: object) => {
      const result = await execute(prepared, params.variables, context, root);
      return Buffer.from(`event: next\ndata: ${JSON.stringify(publicResult(result))}\n\n`);
    };
    return followed.kind === 'feed'
      ? feedPage(services, caller, followed.feedId, from, write)
      : changesPage(services, caller, followed.filter, from, meter, write);
  };
}

/** Writes one event. */
type Write = (root: object) => Promise<Buffer>;

async function changesPage(
  { inventory }: Services,
  { supplierId }: Caller,
  filter: ChangeFilter,
  from: number,
  meter: RequestMeter,
  write: Write,
): Promise<LivePage> {
  const window = await inventory.changesWindow(supplierId, from, filter, WINDOW, meter);
  const events: Buffer[] = [];
  let bytes = 0;
  for (const change of window.changes) {
    const event = await write(change);
    events.push(event);
    bytes += event.length;
    if (bytes >= MAX_PAGE_BYTES && change.position !== null)
      return { events: Buffer.concat(events), position: change.position, isEnd: false };
  }
  return { events: Buffer.concat(events), position: window.position, isEnd: window.isEnd };
}

/** The feed as it stands now, if that is news. Steps in between are left out. */
async function feedPage(
  { feeds }: Services,
  { supplierId }: Caller,
  feedId: string,
  from: number,
  write: Write,
): Promise<LivePage> {
  const feed = (await feeds?.find(supplierId, feedId)) ?? null;
  const isOver = feed === null || feed.finishedAt !== null;
  if (feed === null || feed.revision <= from)
    return { events: Buffer.alloc(0), position: from, isEnd: true, isOver };
  return { events: await write(feed), position: feed.revision, isEnd: true, isOver };
}
