/** Edits of many SKUs as one call: one idempotency key, one group, one undo. */
import { signal } from '@preact/signals';
import { bulkUpdateMutation, undoMutation, type BoardSku } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { notify } from './notices.ts';
import type { Field, Value } from './fields.ts';
import { createKey } from './keys.ts';
import { untilReachable } from './reachable.ts';
import { reason } from './reason.ts';
import { learn } from './sku-pages.ts';

export interface RowEdit {
  readonly seen: BoardSku;
  readonly values: Partial<Record<Field, Value>>;
}

/** A row that was not stored, and why. */
export interface Refused {
  readonly skuId: string;
  readonly message: string;
}

/** A row of an undo: restored, as it was already, or left as it is and why. */
export interface Undone {
  readonly skuId: string;
  readonly message: string | null;
}

/** Rows of the last call that were refused, for a dialog; null if none is open. */
export const refusedRows = signal<readonly Refused[] | null>(null);
/** What the last undo did, row by row, for a dialog; null if none is open. */
export const undoneRows = signal<readonly Undone[] | null>(null);
/** Calls that are on their way. */
export const pendingCalls = signal(0);

/** Saves the rows, each if its SKU is still as it was seen, and says what became of them. */
export async function saveTogether(rows: readonly RowEdit[], what: string): Promise<void> {
  if (rows.length === 0) return notify({ text: `${what}. Nothing differs from what is stored.` });
  const input = {
    updates: rows.map(({ seen: { skuId, version }, values }) => ({
      identifier: { skuId },
      expected: { version },
      ...values,
    })),
    idempotencyKey: createKey(),
    ...(reason.value !== '' && { reason: reason.value }),
  };
  await pending(async () => {
    const waits = () => notify({ text: 'The gateway cannot be reached. The rows wait until it is back.' });
    const { bulkUpdateSkuInventory: answer } = await untilReachable(
      () => send(bulkUpdateMutation, { input }),
      undefined,
      waits,
    );
    const refused = answer.results.flatMap(({ index, sku, userErrors: [error] }) => {
      if (sku) learn(sku);
      return error ? [{ skuId: rows[index]?.seen.skuId ?? '', message: error.message }] : [];
    });
    const { groupId, appliedCount, rejectedCount } = answer;
    const text = `${what}: ${appliedCount.toLocaleString()} changed${rejectedCount > 0 ? `, ${rejectedCount.toLocaleString()} refused` : ''}.`;
    notify({
      text,
      isFault: rejectedCount > 0,
      ...(groupId !== null && appliedCount > 0 && { undo: () => undoGroup(groupId) }),
    });
    if (refused.length > 0) refusedRows.value = refused;
  });
}

/** Undoes all changes of a group that nobody has changed since, and says what became of it. */
export function undoGroup(groupId: string): Promise<void> {
  return undo({ groupId });
}

type ToUndo = { readonly groupId: string } | { readonly changeIds: string[] };

/** Undoes the changes, and lists those SKUs that were left as they are. */
export function undo(what: ToUndo): Promise<void> {
  return revert(what, (rows) => {
    const refused = rows.flatMap(({ skuId, message }) => (message === null ? [] : [{ skuId, message }]));
    if (refused.length > 0) refusedRows.value = refused;
  });
}

/** Undoes the changes, and shows what became of every SKU. */
export function undoInDetail(what: ToUndo): Promise<void> {
  return revert(what, (rows) => {
    if (rows.length > 0) undoneRows.value = rows;
  });
}

async function revert(what: ToUndo, show: (rows: readonly Undone[]) => void): Promise<void> {
  const input = {
    ...what,
    idempotencyKey: createKey(),
    ...(reason.value !== '' && { reason: reason.value }),
  };
  await pending(async () => {
    const { revertInventoryChanges: answer } = await untilReachable(() => send(undoMutation, { input }));
    const [error] = answer.userErrors;
    const rows = answer.results.map(({ sku, userErrors: [fault] }): Undone => {
      if (sku) learn(sku);
      return { skuId: sku?.skuId ?? '', message: fault?.message ?? null };
    });
    const { appliedCount: undone, rejectedCount: kept } = answer;
    const left = kept > 0 ? `, ${kept.toLocaleString()} left as they are` : '';
    const text = error ? error.message : `Undone: ${undone.toLocaleString()} SKUs${left}.`;
    notify({ text, isFault: error !== undefined || kept > 0 });
    show(rows);
  });
}

async function pending(work: () => Promise<void>): Promise<void> {
  pendingCalls.value++;
  try {
    await work();
  } catch (error) {
    notify({ text: error instanceof Error ? error.message : String(error), isFault: true });
  } finally {
    pendingCalls.value--;
  }
}
