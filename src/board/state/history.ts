/** The changes of the SKU whose history is open, newest first. */
import { batch, effect, signal } from '@preact/signals';
import { historyQuery, type BoardChange } from '../api/change-documents.ts';
import { send } from '../api/graphql.ts';
import { addOlder, gathered, inTurn, putNewest, type Newest } from './newest.ts';
import { untilReachable } from './reachable.ts';

export interface History {
  readonly skuId: string;
  readonly title: string | null;
  readonly changes: Newest<BoardChange>;
  readonly fault: string | null;
}

/** Whose history is open; null: nobody's. */
export const historyOf = signal<string | null>(null);
/** How many histories have been opened. Each takes the focus once. */
export const openings = signal(0);
/** What has been read of it; null until the first answer. */
export const history = signal<History | null>(null);

const nothing: Newest<BoardChange> = { items: [], after: null };
const takeTurn = inTurn();

export function openHistory(skuId: string): void {
  batch(() => {
    historyOf.value = skuId;
    openings.value++;
  });
}

export function closeHistory(): void {
  historyOf.value = null;
}

/** Reads the history whenever another one is opened. */
export function followHistory(): void {
  effect(() => {
    const skuId = historyOf.value;
    history.value = null;
    if (skuId !== null) void readNewest(skuId);
  });
}

/** Reads what is new. Call it when the SKU has changed. */
export const readHistoryAgain = gathered(() => {
  const skuId = historyOf.peek();
  if (skuId !== null) void readNewest(skuId);
});

/** Begins the history that is open anew. */
export function readHistoryAnew(): void {
  history.value = null;
  readHistoryAgain();
}

async function readNewest(skuId: string): Promise<void> {
  const isTurn = takeTurn();
  const answer = await read(skuId, null);
  if (historyOf.peek() !== skuId || !isTurn()) return;
  const known = history.peek();
  if ('fault' in answer) return tell(skuId, answer.fault);
  const { sku, page } = answer;
  history.value = {
    skuId,
    title: sku?.title ?? null,
    changes: putNewest(page, known?.changes ?? nothing, keyOf),
    fault: sku ? null : 'This SKU does not exist any more.',
  };
}

export async function readOlder(): Promise<void> {
  const after = history.peek()?.changes.after;
  const skuId = historyOf.peek();
  if (!after || skuId === null) return;
  const answer = await read(skuId, after);
  const known = history.peek();
  // Another history is open, or the list begins anew, or this page is there already.
  if (known?.skuId !== skuId || known.changes.after !== after) return;
  if ('fault' in answer) return tell(skuId, answer.fault);
  history.value = { ...known, changes: addOlder(known.changes, answer.page, keyOf), fault: null };
}

function tell(skuId: string, fault: string): void {
  history.value = { title: null, changes: nothing, ...history.peek(), skuId, fault };
}

function keyOf({ version }: BoardChange): number {
  return version;
}

async function read(skuId: string, after: string | null) {
  try {
    const { sku } = await untilReachable(() => send(historyQuery, { skuId, after }));
    const { nodes = [], pageInfo } = sku?.inventoryChanges ?? {};
    const next = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
    return { sku, page: { items: nodes, after: next } };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
