/** Undo: of one change, of a group, and of what this page did last. */
import type { ResultOf } from 'gql.tada';
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import { undoMutation } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { createKey } from '../edit/keys.ts';
import { notify, rowsShown } from '../state/notices.ts';
import { pending } from '../edit/pending.ts';
import { untilReachable } from '../state/reachable.ts';
import { reason } from '../edit/reason.ts';
import { learn } from '../state/sku-pages.ts';

/** A group of more changes is undone by the gateway's operator: the gateway refuses it to everybody else. */
export const MAX_UNDONE = MAX_BULK_ROWS;

export type ToUndo = { readonly groupId: string } | { readonly changeIds: string[] };

/** Actions of this page that `undoLast` remembers. */
const MAX_REMEMBERED = 100;
const done: (() => Promise<void>)[] = [];

/** Remembers how to undo what was just done. Returns the function that undoes it, once. */
export function noteDone(undoIt: () => Promise<void>): () => Promise<void> {
  const once = async () => {
    const at = done.indexOf(once);
    if (at < 0) return;
    done.splice(at, 1);
    await undoIt();
  };
  done.push(once);
  if (done.length > MAX_REMEMBERED) done.shift();
  return once;
}

/** Undoes what this page did last. Says so if there is nothing. */
export function undoLast(): void {
  const last = done.at(-1);
  if (last) void last();
  else notify({ text: 'There is nothing to undo on this page. Activity lists what was changed before.' });
}

/** Undoes the changes. SKUs that were changed since stay as they are, and are listed. */
export async function undo(what: ToUndo): Promise<void> {
  const undone = await revert(what);
  if (!undone) return;
  const { left, text } = undone;
  notify({ text, isFault: left.length > 0, ...redoOf(undone) });
  if (left.length > 0) rowsShown.value = { title: 'Not undone', text, rows: left };
}

/** Undoes the changes, and shows what became of every SKU, first of those that were left. */
export async function undoInDetail(what: ToUndo): Promise<void> {
  const undone = await revert(what);
  if (!undone) return;
  const { left, restored, text } = undone;
  notify({ text, isFault: left.length > 0, ...redoOf(undone) });
  const rows = [...left, ...restored.map((skuId) => ({ skuId, message: 'As it was before.' }))];
  rowsShown.value = { title: 'Undone', text, rows };
}

interface Undone {
  /** The group of the undo, by which it can be undone too; null if nothing was changed. */
  readonly groupId: string | null;
  readonly restored: readonly string[];
  readonly left: readonly { readonly skuId: string; readonly message: string }[];
  readonly text: string;
}

function redoOf({ groupId, restored }: Undone) {
  return groupId !== null && restored.length > 0 ? { undo: () => undo({ groupId }) } : {};
}

/** Resolves with null if nothing could be undone; the user has been told then. */
async function revert(what: ToUndo): Promise<Undone | null> {
  const input = {
    ...what,
    idempotencyKey: createKey(),
    ...(reason.value !== '' && { reason: reason.value }),
  };
  let undone: Undone | null = null;
  await pending(async () => {
    const answer = await untilReachable(() => send(undoMutation, { input }));
    const { userErrors, results, groupId } = answer.revertInventoryChanges;
    const [error] = userErrors;
    if (error) return notify({ text: error.message, isFault: true });
    const restored: string[] = [];
    const left: { skuId: string; message: string }[] = [];
    for (const { sku, userErrors: faults } of results) {
      if (sku) learn(sku);
      const [fault] = faults;
      if (fault) left.push({ skuId: sku?.skuId ?? '', message: explain(fault) });
      else restored.push(sku?.skuId ?? '');
    }
    undone = { groupId, restored, left, text: describe(restored.length, left.length) };
  });
  return undone;
}

type Fault = ResultOf<typeof undoMutation>['revertInventoryChanges']['results'][number]['userErrors'][number];

/** Why a SKU was left: what it is now, and who made it so. */
function explain(fault: Fault): string {
  if (!('current' in fault)) return fault.message;
  const { quantityInStock } = fault.current;
  const by = fault.lastChange ? ` by ${fault.lastChange.actor}` : '';
  return `Changed since${by}, so it was left as it is: ${quantityInStock} in stock.`;
}

function describe(restored: number, left: number): string {
  const skus = (count: number) => (count === 1 ? '1 SKU' : `${count.toLocaleString()} SKUs`);
  return `Undone: ${skus(restored)}${left > 0 ? `. Left as they are: ${skus(left)}` : ''}.`;
}
