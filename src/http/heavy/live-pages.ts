/** What a request thread does for live streams: starts them, and makes their pages. */
import { createHash } from 'node:crypto';
import type { OperationDefinitionNode } from 'graphql';
import type { Caller } from '../../domain/caller.ts';
import type { ChangeFilter, InventoryChange } from '../../domain/change.ts';
import { createContext, type Follow, type Services } from '../../schema/builder/context.ts';
import { execute } from '../graphql/execute.ts';
import type { GraphqlParams } from '../graphql/graphql-request.ts';
import type { LivePage, LiveStart, PageRequest } from './heavy-request.ts';
import type { OperationCache } from '../graphql/prepared-operations.ts';
import { publicResult } from '../graphql/write-result.ts';
import type { RequestMeter } from './read-meter.ts';

/** Changes on a page, and looked at for one, at most: a page takes some milliseconds. */
const WINDOW = { limit: 100, maxScan: 2_000 } as const;
/** A page ends once it has so many bytes: each stream may have one in memory that its reader has not taken. */
const MAX_PAGE_BYTES = 65_536;

/** Notes where a subscription starts, in place of following. */
export interface StartNote {
  readonly follow: Follow;
  started(): { readonly position: number; readonly filter: ChangeFilter } | undefined;
}

export function noteStart(): StartNote {
  let start: ReturnType<StartNote['started']>;
  return {
    follow: (position, filter) => {
      start = { position, filter };
      return nothing();
    },
    started: () => start,
  };
}

function nothing(): AsyncIterableIterator<InventoryChange> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => Promise.resolve({ done: true, value: undefined }),
  };
}

/** The stream as it starts, for the thread that has the connection. */
export function toLiveStart(
  caller: Caller,
  params: GraphqlParams,
  operation: OperationDefinitionNode,
  { position, filter }: { readonly position: number; readonly filter: ChangeFilter },
): LiveStart {
  const { query, operationName, variables } = params;
  const shared = { ...variables };
  // Where a stream began says nothing about the events that follow.
  for (const name of cursorVariables(operation)) delete shared[name];
  const text = JSON.stringify([caller.supplierId, query, operationName, shared]);
  const key = createHash('sha256').update(text).digest('base64url');
  return { subscription: { key, caller, filter, params }, position };
}

/** The variables that stand for the argument `after` of the subscription's field. */
function cursorVariables({ selectionSet }: OperationDefinitionNode): string[] {
  return selectionSet.selections.flatMap((selection) =>
    selection.kind === 'Field'
      ? (selection.arguments ?? []).flatMap(({ name, value }) =>
          name.value === 'after' && value.kind === 'Variable' ? [value.name.value] : [],
        )
      : [],
  );
}

export type MakePage = (
  request: PageRequest,
  meter: RequestMeter,
  reportFault: (error: unknown) => string,
) => Promise<LivePage>;

export function createMakePage(services: Services, operations: OperationCache): MakePage {
  return async ({ subscription, position: from }, meter, reportFault) => {
    const { caller, filter, params } = subscription;
    const prepared = operations.prepare(params.query, params.operationName);
    if (!prepared) throw new Error('A subscription that was valid is so no more.');
    const context = {
      ...createContext(caller, 'GRAPHQL', services, { meter }),
      reportFault,
      noteCode: () => undefined,
    };
    const window = await services.inventory.changesWindow(caller.supplierId, from, filter, WINDOW, meter);
    const events: Buffer[] = [];
    let bytes = 0;
    for (const change of window.changes) {
      const result = await execute(prepared, params.variables, context, change);
      const event = Buffer.from(`event: next\ndata: ${JSON.stringify(publicResult(result))}\n\n`);
      events.push(event);
      bytes += event.length;
      if (bytes >= MAX_PAGE_BYTES && change.position !== null)
        return { events: Buffer.concat(events), position: change.position, isEnd: false };
    }
    return { events: Buffer.concat(events), position: window.position, isEnd: window.isEnd };
  };
}
