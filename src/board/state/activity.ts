/** What happened to the stock, newest first, by group. */
import { effect, signal } from '@preact/signals';
import { activityQuery, type BoardChange, type ChangeGroup } from '../api/change-documents.ts';
import { send } from '../api/graphql.ts';
import { untilReachable } from './reachable.ts';

/** Null, or an empty text: everything. */
export interface ActivityFilter {
  readonly source: BoardChange['source'] | null;
  /** The name of a token, in full. */
  readonly actor: string;
  /** ISO 8601, in UTC. */
  readonly from: string | null;
  readonly to: string | null;
}

export const allActivity: ActivityFilter = { source: null, actor: '', from: null, to: null };

interface Activity {
  readonly groups: readonly ChangeGroup[];
  /** Where older groups follow; null after the last one. */
  readonly after: string | null;
}

/** Live changes are gathered for so long before the newest groups are read again, in milliseconds. */
const GATHER_MS = 500;

export const activityFilter = signal(allActivity);
/** Null until the first answer. */
export const activity = signal<Activity | null>(null);
export const activityFault = signal<string | null>(null);

let gathering: ReturnType<typeof setTimeout> | undefined;

/** Reads the activity now, and whenever the filter changes. Returns the function that ends it. */
export function followActivity(): () => void {
  return effect(() => {
    void read(activityFilter.value, null);
  });
}

/** Call it when something has changed. */
export function readNewActivity(): void {
  gathering ??= setTimeout(() => {
    gathering = undefined;
    void read(activityFilter.peek(), null);
  }, GATHER_MS);
}

export function readOlderActivity(): void {
  const after = activity.value?.after;
  if (after) void read(activityFilter.peek(), after);
}

function toFilter({ source, actor, from, to }: ActivityFilter) {
  return {
    ...(source && { sources: [source] }),
    ...(actor !== '' && { actors: [actor] }),
    ...(from && { changedAfter: from }),
    ...(to && { changedBefore: to }),
  };
}

async function read(filter: ActivityFilter, after: string | null): Promise<void> {
  const known = after === null ? [] : (activity.peek()?.groups ?? []);
  try {
    const { inventoryChangeGroups: page } = await untilReachable(() =>
      send(activityQuery, { filter: toFilter(filter), after }),
    );
    if (filter !== activityFilter.peek()) return;
    const { endCursor, hasNextPage } = page.pageInfo;
    activity.value = { groups: [...known, ...page.nodes], after: hasNextPage ? (endCursor ?? null) : null };
    activityFault.value = null;
  } catch (error) {
    activityFault.value = error instanceof Error ? error.message : String(error);
  }
}
