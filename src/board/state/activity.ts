/** What happened to the stock, newest first, by group. */
import { effect, signal } from '@preact/signals';
import { activityQuery, type ChangeGroup } from '../api/change-documents.ts';
import { send } from '../api/graphql.ts';
import { sources, type Source } from './sources.ts';
import { addOlder, gathered, inTurn, putNewest, type Newest } from './newest.ts';
import { untilReachable } from './reachable.ts';

/** Null, or an empty text: everything. */
export interface ActivityFilter {
  readonly source: Source | null;
  /** The name of a token, in full. */
  readonly actor: string;
  /** ISO 8601, in UTC. */
  readonly from: string | null;
  readonly to: string | null;
}

export const allActivity: ActivityFilter = { source: null, actor: '', from: null, to: null };

/** As much as an address should hold. */
const MAX_ACTOR_LENGTH = 200;

interface Activity {
  /** What was asked for. */
  readonly filter: ActivityFilter;
  readonly groups: Newest<ChangeGroup>;
}

export const activityFilter = signal(readActivityAddress(location.search));
/** Null until the first answer. */
export const activity = signal<Activity | null>(null);
export const activityFault = signal<string | null>(null);

const takeTurn = inTurn();

/** Reads the activity now, and whenever the filter changes. Returns the function that ends it. */
export function followActivity(): () => void {
  return effect(() => {
    void readNewest(activityFilter.value);
  });
}

/** Call it when something has changed. */
export const readNewActivity = gathered(() => void readNewest(activityFilter.peek()));

/** Begins the list anew, if it is there. */
export function readActivityAnew(): void {
  if (!activity.peek()) return;
  activity.value = null;
  void readNewest(activityFilter.peek());
}

async function readNewest(filter: ActivityFilter): Promise<void> {
  const isTurn = takeTurn();
  const page = await read(filter, null);
  if (filter !== activityFilter.peek() || !isTurn() || !page) return;
  const known = activity.peek();
  const groups = known?.filter === filter ? putNewest(page, known.groups, keyOfGroup) : page;
  activity.value = { filter, groups };
}

export async function readOlderActivity(): Promise<void> {
  const before = activity.peek();
  if (!before?.groups.after) return;
  const { filter, groups } = before;
  const page = await read(filter, groups.after);
  const known = activity.peek();
  // The filter is another one, or the list begins anew, or this page is there already.
  if (!page || known?.filter !== filter || known.groups.after !== groups.after) return;
  activity.value = { filter, groups: addOlder(known.groups, page, keyOfGroup) };
}

/** A single change is known by itself. */
export function keyOfGroup({ groupId, changes }: ChangeGroup): string {
  const [first] = changes.nodes;
  return groupId ?? (first ? `${first.skuId} ${first.version}` : '');
}

/** A time in UTC; undefined if it is none that the gateway takes. */
export function readTime(text: string): string | undefined {
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9999 ? time.toISOString() : undefined;
}

/** A value that no control can make is left out: people edit addresses too. */
export function readActivityAddress(query: string): ActivityFilter {
  const given = new URLSearchParams(query);
  const source = given.get('source') ?? '';
  return {
    source: Object.hasOwn(sources, source) ? (source as Source) : null,
    actor: (given.get('by') ?? '').slice(0, MAX_ACTOR_LENGTH),
    from: readTime(given.get('from') ?? '') ?? null,
    to: readTime(given.get('to') ?? '') ?? null,
  };
}

export function writeActivityAddress({ source, actor, from, to }: ActivityFilter): string {
  const query = new URLSearchParams();
  if (source) query.set('source', source);
  if (actor !== '') query.set('by', actor);
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  return query.size > 0 ? `?${query}` : '';
}

function toFilter({ source, actor, from, to }: ActivityFilter) {
  return {
    ...(source && { sources: [source] }),
    ...(actor !== '' && { actors: [actor] }),
    ...(from && { changedAfter: from }),
    ...(to && { changedBefore: to }),
  };
}

/** Resolves with undefined if the gateway refuses it; the user has been told then. */
async function read(filter: ActivityFilter, after: string | null): Promise<Newest<ChangeGroup> | undefined> {
  try {
    const { inventoryChangeGroups: page } = await untilReachable(() =>
      send(activityQuery, { filter: toFilter(filter), after }),
    );
    if (filter === activityFilter.peek()) activityFault.value = null;
    const { endCursor, hasNextPage } = page.pageInfo;
    return { items: page.nodes, after: hasNextPage ? (endCursor ?? null) : null };
  } catch (error) {
    if (filter === activityFilter.peek())
      activityFault.value = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}
