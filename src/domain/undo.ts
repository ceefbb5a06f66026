/** Undo: which changes can be put back, and the updates that put them back. */
import type { InventoryChange } from './change.ts';
import type { Refusal } from './refusal.ts';
import type { InventoryUpdate, SetEdit } from './update.ts';

/** The changes that an undo names. */
export type UndoTarget =
  | { readonly by: 'changeIds'; readonly ids: readonly string[] }
  | { readonly by: 'groupId'; readonly id: string };

/** The updates that an undo asks for, one for each SKU; or why it asks for none. */
export type Undo = { readonly rows: readonly InventoryUpdate[] } | { readonly refusal: Refusal };

/** A change's id is its position in decimal digits. 16 digits reach beyond every position that a store can hold. */
const CHANGE_ID = /^[1-9]\d{0,15}$/;

/** The positions of the changes with these ids, each once. Text that can be no change's id has no position. */
export function positionsOf(ids: readonly string[]): number[] {
  return Array.from(new Set(ids.filter((id) => CHANGE_ID.test(id))), Number);
}

/**
 * Decides an undo before its updates run. `found` are the changes that the supplier has for the target, in any order. A SKU that
 * changed since fails its update's precondition, under the lock that every update takes.
 */
export function decideUndo(target: UndoTarget, found: readonly InventoryChange[]): Undo {
  const missing = findMissing(target, found);
  if (missing !== undefined) {
    return { refusal: { problem: 'CHANGE_NOT_FOUND', by: target.by, id: missing } };
  }
  const changesBySku = Map.groupBy(found, ({ skuId }) => skuId);
  return { rows: Array.from(changesBySku, ([skuId, changes]) => putBack(skuId, changes)) };
}

/** The first id of the target that no change has. */
function findMissing(target: UndoTarget, found: readonly InventoryChange[]): string | undefined {
  switch (target.by) {
    case 'changeIds': {
      const ids = new Set(found.map(({ position }) => String(position)));
      return target.ids.find((id) => !ids.has(id));
    }
    case 'groupId':
      return found.length > 0 ? undefined : target.id;
  }
}

/** Sets the SKU to its state before the first of its changes, if the last of them made its current state. */
function putBack(skuId: string, changes: readonly InventoryChange[]): InventoryUpdate {
  const inOrder = changes.toSorted((a, b) => a.version - b.version);
  return {
    identifier: { kind: 'skuId', value: skuId, gtin: null },
    edit: { kind: 'SET', ...stateBefore(inOrder) },
    expected: { version: lastOfRun(inOrder) },
  };
}

/**
 * The state before the first change. The date is left out if it was the same after the last one: the precondition holds only while
 * the SKU still has it. So an undo of changes that set no date has the fingerprint that it had before SKUs had dates.
 */
function stateBefore(inOrder: readonly InventoryChange[]): Omit<SetEdit, 'kind'> {
  const { backorderDate, ...others } = inOrder[0]?.before ?? {};
  return backorderDate === inOrder.at(-1)?.after.backorderDate ? others : { ...others, backorderDate };
}

/**
 * The version after the first run of changes without a gap. A gap is another change of the SKU, which is not to be put back. So
 * the current version is past the run's end, and the precondition fails.
 */
function lastOfRun(inOrder: readonly InventoryChange[]): number {
  const first = inOrder[0]?.version ?? 0;
  const gap = inOrder.findIndex(({ version }, i) => version !== first + i);
  return first + (gap < 0 ? inOrder.length : gap) - 1;
}
