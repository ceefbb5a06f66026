/** The result of one SKU's update: on the payloads of single mutations, and on each row of the others. */
import type {
  RowResult as DomainResult,
  StaleField as DomainStaleField,
  UpdateAnswer,
} from '../../domain/update.ts';
import { currentOf } from '../../domain/refusal.ts';
import type { Sku as DomainSku, StateField } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { InventoryChange } from '../change/inventory-change.ts';
import { Sku } from '../sku/sku.ts';
import { UserError } from './user-error.ts';

/** The outcomes as a GraphQL enum. */
export const InventoryOutcome = builder.enumType('InventoryOutcome', {
  description: 'What happened to an update.',
  values: {
    APPLIED: { description: 'The SKU was changed, and the change is on disk.' },
    UNCHANGED: { description: 'The SKU already had these values. Nothing was stored.' },
    STALE_IGNORED: {
      description:
        "What is stored is newer than the update's `asOf`. Nothing was changed. `staleFields` has both times, and `newerChange` the SKU's last change.",
    },
    DRY_RUN: { description: 'The SKU would be changed. Nothing was stored.' },
    REJECTED: { description: 'The update was refused, and nothing was changed. `userErrors` says why.' },
  } as const,
});

const fieldNames = {
  quantityInStock: 'QUANTITY_IN_STOCK',
  quantityOnBackorder: 'QUANTITY_ON_BACKORDER',
  restrictions: 'RESTRICTIONS',
  backorderDate: 'BACKORDER_DATE',
} as const satisfies Record<StateField, string>;

const InventoryField = builder.enumType('InventoryField', {
  description: 'A field that an update can set.',
  values: {
    QUANTITY_IN_STOCK: { description: 'The quantity in stock.' },
    QUANTITY_ON_BACKORDER: { description: 'The quantity on backorder.' },
    RESTRICTIONS: { description: 'The restriction.' },
    BACKORDER_DATE: { description: 'The backorder date.' },
  } as const satisfies Record<(typeof fieldNames)[StateField], object>,
});

const StaleField = builder.objectRef<DomainStaleField>('StaleField').implement({
  description: 'A value that was not applied, because what is stored of its field is newer.',
  fields: (t) => ({
    field: t.field({
      type: InventoryField,
      description: 'The field.',
      resolve: ({ field }) => fieldNames[field],
    }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'The time that the update gave.' }),
    storedAsOf: t.expose('storedAsOf', {
      type: 'DateTime',
      description:
        'The time of what is stored. For an adjustment, the time of the last value that was set. Needs the permission `view_items`.',
    }),
  }),
});

/** One update's result, and the path of the update within the arguments. */
export interface PlacedResult {
  readonly result: DomainResult;
  readonly at: readonly (string | number)[];
}

/** Defines a type for the result of one update. Callers can add fields to it. */
export function defineResult<T extends PlacedResult>(name: string, description: string) {
  return builder.objectRef<T>(name).implement({
    description,
    fields: (t) => ({
      outcome: t.field({
        type: InventoryOutcome,
        description: 'What happened to the update.',
        resolve: ({ result }) => result.outcome,
      }),
      sku: t.field({
        type: Sku,
        nullable: true,
        description:
          'The SKU after the update, or as it is if the update was refused. Null if no single SKU was found. Needs the permission `view_items`.',
        resolve: ({ result }) => skuOf(result),
      }),
      change: t.field({
        type: InventoryChange,
        nullable: true,
        description:
          'The change that was made, or that a dry run would make. Null if there is none. Needs the permission `view_items`.',
        resolve: ({ result }) => ('change' in result ? result.change : null),
      }),
      staleFields: t.field({
        type: [StaleField],
        description:
          'The values that were not applied, because what is stored is newer than `asOf`. The others were applied, unless `outcome` is `STALE_IGNORED`.',
        resolve: ({ result }) => [...('staleFields' in result ? (result.staleFields ?? []) : [])],
      }),
      newerChange: t.field({
        type: InventoryChange,
        nullable: true,
        description:
          "The SKU's last change, if `outcome` is `STALE_IGNORED`. Null if the SKU was never changed. Needs the permission `view_items`.",
        resolve: ({ result }) => ('newerChange' in result ? result.newerChange : null),
      }),
      userErrors: t.field({
        type: [UserError],
        description: 'Why the update was refused. Empty unless `outcome` is `REJECTED`.',
        resolve: ({ result, at }) => (result.outcome === 'REJECTED' ? [{ refusal: result.refusal, at }] : []),
      }),
    }),
  });
}

function skuOf(result: DomainResult): DomainSku | null {
  if (result.outcome !== 'REJECTED') return result.sku;
  return currentOf(result.refusal);
}

/** The payload of a mutation that updates one SKU. */
export interface SinglePayload extends PlacedResult {
  readonly replayed: boolean;
}

/** Defines the payload type of a mutation that updates one SKU. `name` is the name of the type. */
export function defineSinglePayload(name: string) {
  const payload = defineResult<SinglePayload>(name, 'What happened to the update.');
  builder.objectField(payload, 'replayed', (t) =>
    t.exposeBoolean('replayed', {
      description:
        'True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time.',
    }),
  );
  return payload;
}

/** The payload for the answer to a call with one row. A refusal of the whole call becomes the row's result. */
export function toSinglePayload({ refusal, results: [result], replayed }: UpdateAnswer): SinglePayload {
  if (refusal) return { result: { outcome: 'REJECTED', refusal }, at: ['input'], replayed };
  if (!result) throw new Error('An update was not answered.');
  return { result, at: ['input'], replayed };
}
