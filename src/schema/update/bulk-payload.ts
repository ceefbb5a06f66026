/** The payload of mutations that update many SKUs: counts, and a result for each row. */
import type { UpdateAnswer } from '../../domain/update.ts';
import { builder } from '../builder/builder.ts';
import { defineResult, type PlacedResult } from './update-result.ts';
import { UserError } from './user-error.ts';

/** A row's result and its number, which counts from 0. */
interface PlacedRow extends PlacedResult {
  readonly index: number;
}

const InventoryRowResult = defineResult<PlacedRow>('InventoryRowResult', 'What happened to one row.');
builder.objectField(InventoryRowResult, 'index', (t) =>
  t.exposeInt('index', { description: 'The number of the row; the first is 0.' }),
);

const InventoryRowFilter = builder.enumType('InventoryRowFilter', {
  description: 'Which rows `results` returns.',
  values: {
    ALL: { description: 'All rows, in order.' },
    REJECTED: { description: 'Only rows that were refused.' },
  } as const,
});

/** The whole call's answer, and the path of its rows within the arguments. */
export interface GroupPayload {
  readonly answer: UpdateAnswer;
  readonly rowsAt: readonly string[];
}

/** The fields that count rows: the outcome that each counts, and its description. */
const counts = {
  appliedCount: ['APPLIED', 'The number of rows that changed their SKU.'],
  wouldApplyCount: [
    'DRY_RUN',
    'The number of rows that would change their SKU, if this is a dry run. Otherwise 0.',
  ],
  unchangedCount: ['UNCHANGED', 'The number of rows whose SKU already had these values.'],
  staleCount: ['STALE_IGNORED', 'The number of rows that were not applied, because what is stored is newer.'],
  rejectedCount: ['REJECTED', 'The number of rows that were refused.'],
} as const;

/** Defines the payload type of a mutation that updates many SKUs. `name` is the name of the type. */
export function defineGroupPayload(name: string) {
  const payload = builder.objectRef<GroupPayload>(name).implement({
    description: 'What happened to the call and to each of its rows.',
    fields: (t) => ({
      results: t.field({
        type: [InventoryRowResult],
        description: 'What happened to each row, in order.',
        args: {
          only: t.arg({
            type: InventoryRowFilter,
            required: true,
            defaultValue: 'ALL',
            description: 'Which rows to return.',
          }),
        },
        resolve: ({ answer, rowsAt }, { only }) =>
          answer.results
            .map((result, index) => ({ result, index, at: [...rowsAt, index] }))
            .filter(({ result }) => only === 'ALL' || result.outcome === 'REJECTED'),
      }),
      groupId: t.string({
        nullable: true,
        description:
          'Shared by all changes of this call. Send it to `revertInventoryChanges` to undo them. Null if no row changed its SKU, and for a dry run: there is nothing to undo.',
        resolve: ({ answer: { results, groupId } }) =>
          results.some(({ outcome }) => outcome === 'APPLIED') ? groupId : null,
      }),
      replayed: t.boolean({
        description:
          'True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time.',
        resolve: ({ answer }) => answer.replayed,
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Why the whole call was refused. `results` is empty then.',
        resolve: ({ answer: { refusal } }) => (refusal ? [{ refusal, at: ['input'] }] : []),
      }),
    }),
  });
  for (const [field, [outcome, description]] of Object.entries(counts)) {
    const resolve = ({ answer }: GroupPayload) =>
      answer.results.filter((result) => result.outcome === outcome).length;
    builder.objectField(payload, field, (t) => t.int({ description, resolve }));
  }
  return payload;
}
