/** Undo: puts back what changes replaced, where nobody touched the SKU since. */
import { z } from 'zod';
import { MAX_BULK_ROWS, type InventoryUpdate, type UpdateAnswer } from '../../domain/update.ts';
import type { InventoryChange } from '../../domain/change.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { attemptFields, attemptShape, toRequest } from './mutation-options.ts';
import { builder } from '../builder/builder.ts';
import type { Context } from '../builder/context.ts';
import { defineGroupPayload } from './bulk-payload.ts';
import { MAX_GROUP_ID_LENGTH } from '../change/inventory-change.ts';
import { storedText } from '../builder/stored-text.ts';

/** Changes named in one call at most. */
const MAX_CHANGE_IDS = 1_000;

/** Characters in a change's id at most; those that are given out are shorter. */
const MAX_CHANGE_ID_LENGTH = 64;

const changeId = z.string().regex(/^[1-9]\d{0,15}$/);

const revertShape = z
  .looseObject({
    groupId: storedText(MAX_GROUP_ID_LENGTH).nullish(),
    changeIds: z
      .array(
        z
          .string()
          .max(MAX_CHANGE_ID_LENGTH, `This must have no more than ${MAX_CHANGE_ID_LENGTH} characters.`),
      )
      .min(1, 'This must have at least 1 item.')
      .max(MAX_CHANGE_IDS, `This must have at most ${MAX_CHANGE_IDS} items.`)
      .nullish(),
    ...attemptShape,
  })
  .refine(
    ({ groupId, changeIds }) => ((groupId ?? null) === null) !== ((changeIds ?? null) === null),
    'Give exactly one of groupId and changeIds.',
  );

const RevertInventoryChangesInput = builder.inputType('RevertInventoryChangesInput', {
  description: 'The changes to undo. Give exactly one of `groupId` and `changeIds`.',
  validate: revertShape,
  fields: (t) => ({
    groupId: t.string({ description: 'The `groupId` of a bulk call or of an undo.' }),
    changeIds: t.idList({ description: `IDs of changes, at most ${MAX_CHANGE_IDS}.` }),
    ...attemptFields(t),
  }),
});

const RevertInventoryChangesPayload = defineGroupPayload('RevertInventoryChangesPayload');

builder.mutationField('revertInventoryChanges', (t) =>
  t.field({
    type: RevertInventoryChangesPayload,
    description:
      'Restores each SKU to its state before these changes. The answer has one row for each SKU. ' +
      'If a SKU was changed since, it stays as it is, and its row is refused with `PRECONDITION_FAILED`. An undo can be undone too.',
    args: {
      input: t.arg({
        type: RevertInventoryChangesInput,
        required: true,
        description: 'The changes to undo.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const changes = input.changeIds
        ? await changesWithIds(context, [...new Set(input.changeIds.map(String))])
        : await changesOfGroup(context, input.groupId ?? '');
      if ('problem' in changes) return { answer: refuse(changes), rowsAt: [] };
      const request = toRequest(context, 'revertInventoryChanges', input, {
        rows: toRows(changes),
        source: 'REVERT',
        groupId: context.createId(),
      });
      return { answer: await context.inventory.update(request), rowsAt: ['input'] };
    },
  }),
);

async function changesWithIds(
  { caller, inventory }: Context,
  ids: readonly string[],
): Promise<InventoryChange[] | Refusal> {
  const positions = ids.filter((id) => changeId.safeParse(id).success).map(Number);
  const changes = positions.length > 0 ? await inventory.changesAt(caller.supplierId, positions) : [];
  const found = new Set(changes.map(({ position }) => String(position)));
  const missing = ids.find((id) => !found.has(id));
  return missing === undefined ? changes : { problem: 'CHANGE_NOT_FOUND', by: 'changeIds', id: missing };
}

async function changesOfGroup(
  { caller, inventory, meter }: Context,
  groupId: string,
): Promise<InventoryChange[] | Refusal> {
  const changes = await inventory.changesAfter(caller.supplierId, 0, { groupId }, MAX_BULK_ROWS, meter);
  return changes.length > 0 ? changes : { problem: 'CHANGE_NOT_FOUND', by: 'groupId', id: groupId };
}

/** A row a SKU: back to before the first of its changes, if the last of them made its current state. */
function toRows(changes: readonly InventoryChange[]): InventoryUpdate[] {
  return Array.from(Map.groupBy(changes, ({ skuId }) => skuId).entries(), ([skuId, ofSku]) => {
    const inOrder = ofSku.toSorted((a, b) => a.version - b.version);
    return {
      identifier: { kind: 'skuId', value: skuId, gtin: null },
      edit: { kind: 'SET', ...(inOrder[0]?.before ?? {}) },
      expected: { version: lastOfRun(inOrder) },
    };
  });
}

/** The version that the changes lead to. Behind a gap lies somebody else's change: the run before it is what was read. */
function lastOfRun(inOrder: readonly InventoryChange[]): number {
  const first = inOrder[0]?.version ?? 0;
  const gap = inOrder.findIndex(({ version }, i) => version !== first + i);
  return first + (gap < 0 ? inOrder.length : gap) - 1;
}

function refuse(refusal: Refusal): UpdateAnswer {
  return { replayed: false, refusal, results: [], groupId: null };
}
