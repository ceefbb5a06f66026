/** Edits of cells on their way to the gateway: each is saved exactly once, however often it must be sent. */
import { signal } from '@preact/signals';
import type { VariablesOf } from 'gql.tada';
import { updateSkuMutation, type BoardSku, type UpdateError } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { resolveConflict } from './conflicts.ts';
import type { Field, Value } from '../state/fields.ts';
import { createKey } from './keys.ts';
import { expectedVersion, inLine, noteOwn } from './own-versions.ts';
import { untilReachable } from '../state/reachable.ts';
import { reason } from './reason.ts';
import { learn } from '../state/sku-pages.ts';
import { noteDone, undo } from './undo.ts';

/** An edit, as its cell shows it. */
export interface Edit {
  readonly skuId: string;
  readonly field: Field;
  readonly value: Value;
  /** `waiting`: the gateway cannot be reached, and the edit is sent when it is back. */
  readonly state: 'saving' | 'waiting' | 'saved' | 'refused';
  /** Why it was refused, in the gateway's own words. */
  readonly message?: string;
}

/** How long a cell shows that it was saved, in milliseconds. */
const SAVED_MS = 2_000;

/** By `nameOf`. */
export const edits = signal<ReadonlyMap<string, Edit>>(new Map());

export function nameOf(skuId: string, field: Field): string {
  return `${field} ${skuId}`;
}

/** The value that the user sees: an edit on its way, or what is stored. */
export function presentValue(seen: BoardSku, field: Field): Value {
  const edit = edits.peek().get(nameOf(seen.skuId, field));
  return edit?.state === 'saving' || edit?.state === 'waiting' ? edit.value : seen[field];
}

/** The edit that was refused at this cell, and whose value is kept there. */
export function refusedEdit({ skuId }: BoardSku, field: Field): Edit | undefined {
  const edit = edits.peek().get(nameOf(skuId, field));
  return edit?.state === 'refused' ? edit : undefined;
}

/** Edits that are not stored yet. */
export function unsavedEdits(): number {
  return [...edits.value.values()].filter(({ state }) => state === 'saving' || state === 'waiting').length;
}

/** Saves the value, if the SKU is still as it was seen. */
export function saveEdit(seen: BoardSku, field: Field, value: Value): void {
  const edit: Edit = { skuId: seen.skuId, field, value, state: 'saving' };
  show(edit);
  void inLine([seen.skuId], () => run(edit, seen));
}

/** Forgets a refused edit, so that the cell shows what is stored. */
export function dropEdit(skuId: string, field: Field): void {
  const others = new Map(edits.value);
  if (others.delete(nameOf(skuId, field))) edits.value = others;
}

function show(edit: Edit): void {
  edits.value = new Map(edits.value).set(nameOf(edit.skuId, edit.field), edit);
}

async function run(edit: Edit, seen: BoardSku): Promise<void> {
  try {
    await saveUntilDecided(edit, seen);
  } catch (error) {
    show({ ...edit, state: 'refused', message: error instanceof Error ? error.message : String(error) });
  }
}

async function saveUntilDecided(edit: Edit, seen: BoardSku): Promise<void> {
  let version = expectedVersion(seen);
  for (;;) {
    const input = toInput(edit, version);
    const { updateSkuInventory: answer } = await untilReachable(
      () => send(updateSkuMutation, { input }),
      undefined,
      () => show({ ...edit, state: 'waiting' }),
    );
    const [error] = answer.userErrors;
    if (!error) {
      if (answer.sku) noteOwn(answer.sku, version);
      const id = answer.change?.id;
      if (id) noteDone(() => undo({ changeIds: [id] }));
      return showSaved(edit);
    }
    if (!('current' in error)) throw new Error(error.message);
    learn(error.current);
    if (!(await isKept(edit, seen, error))) return dropEdit(edit.skuId, edit.field);
    show(edit);
    version = error.current.version;
  }
}

/** Asks whose value holds. Throws the gateway's words if that is left open. */
async function isKept(edit: Edit, seen: BoardSku, error: ConflictError): Promise<boolean> {
  const { field, skuId, value: mine } = edit;
  const { current, lastChange } = error;
  show({ ...edit, state: 'refused', message: error.message });
  const choice = await resolveConflict({
    ...{ skuId, field, mine },
    before: seen[field],
    theirs: current[field],
    lastChange,
  });
  if (choice === null) throw new Error(error.message);
  return choice === 'mine';
}

type ConflictError = Extract<UpdateError, { readonly current: unknown }>;

function showSaved(edit: Edit): void {
  const saved = { ...edit, state: 'saved' } as const;
  show(saved);
  setTimeout(() => {
    if (edits.value.get(nameOf(edit.skuId, edit.field)) === saved) dropEdit(edit.skuId, edit.field);
  }, SAVED_MS);
}

type Input = VariablesOf<typeof updateSkuMutation>['input'];

function toInput({ skuId, field, value }: Edit, version: number): Input {
  return {
    identifier: { skuId },
    [field]: value,
    expected: { version },
    // One key for all attempts: the gateway then applies the edit once.
    idempotencyKey: createKey(),
    ...(reason.value !== '' && { reason: reason.value }),
  };
}
