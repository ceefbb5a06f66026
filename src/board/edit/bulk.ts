/** Edits of many SKUs as one call: one idempotency key, one group, one undo. */
import { batch } from '@preact/signals';
import { bulkUpdateMutation, type BoardSku } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { notify, rowsShown } from '../state/notices.ts';
import type { Field, Value } from '../state/fields.ts';
import { dropEdit, refusedEdit } from './edits.ts';
import { createKey } from './keys.ts';
import { expectedVersion, inLine, noteOwn } from './own-versions.ts';
import { pending } from './pending.ts';
import { untilReachable } from '../state/reachable.ts';
import { reason } from './reason.ts';
import { learn } from '../state/sku-pages.ts';
import { noteDone, undo } from './undo.ts';

const LEFT = 'These SKUs were left as they are.';

export interface RowEdit {
  readonly seen: BoardSku;
  readonly values: Partial<Record<Field, Value>>;
}

/** Saves the rows, each if its SKU is still as it was seen, and says what became of them. */
export async function saveTogether(rows: readonly RowEdit[], what: string): Promise<void> {
  if (rows.length === 0) return notify({ text: `${what}. Nothing differs from what is stored.` });
  notify({ text: `${what}. Saving ${rows.length.toLocaleString()} SKUs …` });
  const skuIds = rows.map(({ seen: { skuId } }) => skuId);
  await pending(() => inLine(skuIds, () => save(rows, what)));
}

async function save(rows: readonly RowEdit[], what: string): Promise<void> {
  const versions = rows.map(({ seen }) => expectedVersion(seen));
  const input = {
    updates: rows.map(({ seen: { skuId }, values }, i) => ({
      identifier: { skuId },
      expected: { version: versions[i] ?? 0 },
      ...values,
    })),
    idempotencyKey: createKey(),
    ...(reason.value !== '' && { reason: reason.value }),
  };
  const waits = () => notify({ text: 'The gateway cannot be reached. The rows wait until it is back.' });
  const { bulkUpdateSkuInventory: answer } = await untilReachable(
    () => send(bulkUpdateMutation, { input }),
    undefined,
    waits,
  );
  const refused: Refused[] = [];
  // One painting for all rows.
  batch(() => {
    for (const { index, sku, userErrors } of answer.results) {
      const [error] = userErrors;
      const row = rows[index];
      if (error) refused.push({ skuId: row?.seen.skuId ?? '', message: error.message });
      if (sku && error) learn(sku);
      else if (sku && row) noteSaved(row, versions[index] ?? 0, sku);
    }
  });
  tell(what, answer.groupId, answer.appliedCount, refused);
}

/** What was refused at these cells before has been pasted over. An edit that came after the paste goes on. */
function noteSaved({ values }: RowEdit, expected: number, sku: BoardSku): void {
  noteOwn(sku, expected);
  for (const field of Object.keys(values) as Field[]) if (refusedEdit(sku, field)) dropEdit(sku.skuId, field);
}

interface Refused {
  readonly skuId: string;
  readonly message: string;
}

function tell(what: string, groupId: string | null, applied: number, refused: readonly Refused[]): void {
  const left = refused.length > 0 ? `, ${refused.length.toLocaleString()} refused` : '';
  notify({
    text: `${what}: ${applied.toLocaleString()} changed${left}.`,
    isFault: refused.length > 0,
    ...(groupId !== null && applied > 0 && { undo: noteDone(() => undo({ groupId })) }),
  });
  if (refused.length > 0) rowsShown.value = { title: 'Refused rows', text: LEFT, rows: refused };
}
