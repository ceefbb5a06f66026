/** The mutation `revertInventoryChanges`: reads changes, and undoes them by the updates that the domain decides. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import type { InventoryChange } from '../../domain/change.ts';
import { decideUndo, positionsOf, type UndoTarget } from '../../domain/undo.ts';
import { attemptFields, attemptShape, toRequest } from './mutation-options.ts';
import { builder } from '../builder/builder.ts';
import type { Context } from '../builder/context.ts';
import { defineGroupPayload } from './bulk-payload.ts';
import { MAX_GROUP_ID_LENGTH } from '../change/change-filter.ts';
import { storedText } from '../builder/stored-text.ts';

/** The most changes that one call can name. */
const MAX_CHANGE_IDS = 1_000;

/** Longest ID of a change that is accepted, in UTF-16 units. Those that the gateway gives out are shorter. */
const MAX_CHANGE_ID_LENGTH = 64;

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
    groupId: t.string({ description: 'The `groupId` of a bulk call, an import or an undo.' }),
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
      const target: UndoTarget = input.changeIds
        ? { by: 'changeIds', ids: input.changeIds.map(String) }
        : { by: 'groupId', id: input.groupId ?? '' };
      const undo = decideUndo(target, await findChanges(context, target));
      if ('refusal' in undo) {
        if (!input.dryRun) context.noteProblem(undo.refusal.problem);
        return { answer: { replayed: false, refusal: undo.refusal, results: [], groupId: null }, rowsAt: [] };
      }
      const request = toRequest(context, 'revertInventoryChanges', input, {
        rows: undo.rows,
        source: 'REVERT',
        groupId: input.dryRun ? null : context.createId(),
      });
      return { answer: await context.inventory.update(request), rowsAt: ['input'] };
    },
  }),
);

/** Reads the target's changes, if they belong to the caller's supplier. Throws BAD_USER_INPUT for a group of more than MAX_BULK_ROWS. */
async function findChanges(
  { caller: { supplierId }, inventory, meter }: Context,
  target: UndoTarget,
): Promise<readonly InventoryChange[]> {
  switch (target.by) {
    case 'changeIds': {
      const positions = positionsOf(target.ids);
      return positions.length > 0 ? inventory.changesAt(supplierId, positions) : [];
    }
    case 'groupId': {
      const filter = { groupId: target.id };
      const changes = await inventory.changesAfter(supplierId, 0, filter, MAX_BULK_ROWS + 1, meter);
      if (changes.length > MAX_BULK_ROWS) throw tooManyChanges();
      return changes;
    }
  }
}

/** An import can make more changes than one call may undo. The call fails, because a partial undo could be taken for a whole one. */
function tooManyChanges(): GraphQLError {
  const message = `This group has more than ${MAX_BULK_ROWS} changes. Ask the gateway's operator to undo the import.`;
  return new GraphQLError(message, {
    extensions: {
      code: 'BAD_USER_INPUT',
      limit: MAX_BULK_ROWS,
      problems: [{ path: ['input', 'groupId'], message }],
    },
  });
}
