/** The payload of mutations that touch many SKUs: counts, and a result a row. */
import type { UpdateAnswer } from '../../domain/update.ts';
import { builder } from '../builder/builder.ts';
import { defineResult, type PlacedResult } from './update-result.ts';
import { UserError } from './user-error.ts';

/** A row's result and its number. */
interface PlacedRow extends PlacedResult {
  readonly index: number;
}

const InventoryRowResult = defineResult<PlacedRow>('InventoryRowResult', 'What became of one row.');
builder.objectField(InventoryRowResult, 'index', (t) =>
  t.exposeInt('index', { description: 'Which row: 0 is the first.' }),
);

const InventoryRowFilter = builder.enumType('InventoryRowFilter', {
  description: 'Which rows are answered.',
  values: {
    ALL: { description: 'All, in the order of the request.' },
    REJECTED: { description: 'Only those that were refused.' },
  } as const,
});

/** The whole call's answer, and where the path of a row starts. */
export interface GroupPayload {
  readonly answer: UpdateAnswer;
  readonly rowsAt: readonly string[];
}

/** Defines a payload of this name. */
export function defineGroupPayload(name: string) {
  return builder.objectRef<GroupPayload>(name).implement({
    description: 'What became of the call, and of each row.',
    fields: (t) => ({
      results: t.field({
        type: [InventoryRowResult],
        description: 'What became of each row.',
        args: {
          only: t.arg({
            type: InventoryRowFilter,
            required: true,
            defaultValue: 'ALL',
            description: 'Which rows.',
          }),
        },
        resolve: ({ answer, rowsAt }, { only }) =>
          answer.results
            .map((result, index) => ({ result, index, at: [...rowsAt, index] }))
            .filter(({ result }) => only === 'ALL' || result.outcome === 'REJECTED'),
      }),
      appliedCount: t.int({ description: 'Rows that changed their SKU.', resolve: count('APPLIED') }),
      unchangedCount: t.int({
        description: 'Rows whose SKU had these values already.',
        resolve: count('UNCHANGED'),
      }),
      rejectedCount: t.int({ description: 'Rows that were refused.', resolve: count('REJECTED') }),
      groupId: t.string({
        nullable: true,
        description: 'What its changes have in common in the history; `revertInventoryChanges` takes it.',
        resolve: ({ answer }) => answer.groupId,
      }),
      replayed: t.boolean({
        description: 'An idempotency key answered again: nothing was done this time.',
        resolve: ({ answer }) => answer.replayed,
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Why the call as a whole was refused; there are no results then.',
        resolve: ({ answer: { refusal } }) => (refusal ? [{ refusal, at: ['input'] }] : []),
      }),
    }),
  });
}

function count(outcome: UpdateAnswer['results'][number]['outcome']) {
  return ({ answer }: GroupPayload) => answer.results.filter((result) => result.outcome === outcome).length;
}
