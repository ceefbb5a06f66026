/** The changes of the SKU whose history is open, newest first. */
import { effect, signal } from '@preact/signals';
import { historyQuery, type BoardChange } from '../api/change-documents.ts';
import { send } from '../api/graphql.ts';
import { untilReachable } from './reachable.ts';

export interface History {
  readonly skuId: string;
  readonly title: string | null;
  readonly changes: readonly BoardChange[];
  /** Where older changes follow; null after the last one. */
  readonly after: string | null;
  readonly fault: string | null;
}

/** Whose history is open; null: nobody's. */
export const historyOf = signal<string | null>(null);
/** What has been read of it; null until the first answer. */
export const history = signal<History | null>(null);

export function openHistory(skuId: string): void {
  historyOf.value = skuId;
}

export function closeHistory(): void {
  historyOf.value = null;
}

/** Reads the history whenever another one is opened. */
export function followHistory(): void {
  effect(() => {
    const skuId = historyOf.value;
    history.value = null;
    if (skuId !== null) void read(skuId, null, []);
  });
}

/** Reads what is new. Call it when the SKU has changed. */
export function readHistoryAgain(): void {
  const skuId = historyOf.peek();
  if (skuId !== null) void read(skuId, null, []);
}

export function readOlder(): void {
  const now = history.value;
  if (now?.after) void read(now.skuId, now.after, now.changes);
}

async function read(skuId: string, after: string | null, known: readonly BoardChange[]): Promise<void> {
  const show = (state: Omit<History, 'skuId'>) => {
    if (historyOf.peek() === skuId) history.value = { skuId, ...state };
  };
  try {
    const { sku } = await untilReachable(() => send(historyQuery, { skuId, after }));
    const { nodes = [], pageInfo } = sku?.inventoryChanges ?? {};
    show({
      title: sku?.title ?? null,
      changes: [...known, ...nodes],
      after: pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      fault: sku ? null : 'This SKU does not exist any more.',
    });
  } catch (error) {
    show({
      title: null,
      changes: known,
      after,
      fault: error instanceof Error ? error.message : String(error),
    });
  }
}
