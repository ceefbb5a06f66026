/** Edits of many SKUs as one call: one idempotency key, one group, one undo. */
import { bulkUpdateMutation, type BoardSku } from '../api/documents.ts';
import { send } from '../api/graphql.ts';
import { notify, rowsShown } from '../state/notices.ts';
import type { Field, Value } from '../state/fields.ts';
import { createKey } from './keys.ts';
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
      ...(groupId !== null && appliedCount > 0 && { undo: noteDone(() => undo({ groupId })) }),
    });
    if (refused.length > 0) rowsShown.value = { title: 'Refused rows', text: LEFT, rows: refused };
  });
}
