/** The options of all mutations: precondition, idempotency key, reason, reference, dry run. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Precondition } from '../../domain/sku.ts';
import {
  MAX_KEY_LENGTH,
  MAX_REASON_LENGTH,
  MAX_URI_LENGTH,
  plainRequest,
  type UpdateRequest,
} from '../../domain/update.ts';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import { builder, type InputFields } from '../builder/builder.ts';
import { mayView, type Context } from '../builder/context.ts';
import { printableText } from '../builder/stored-text.ts';

/** Validates a quantity. If it is absent, the quantity stays as it is. GraphQL accepts null too, which is refused here. */
export const quantity = z
  .int({ error: explainNoInteger })
  .min(0, 'This must be at least 0.')
  .max(MAX_QUANTITY, `This must be at most ${MAX_QUANTITY}.`)
  .optional();

/** The message for a value that is not an integer. Null gets its own: a caller may mean zero, unknown or no change by it. */
export function explainNoInteger({ input }: { readonly input?: unknown }): string {
  if (input !== null) return 'This must be an integer.';
  return 'This must not be null. Leave it out to keep the quantity as it is.';
}

/** Validates the fields of `attemptFields`. Every mutation's validation includes it. */
export const attemptShape = {
  idempotencyKey: z
    .string()
    .regex(/^[\x20-\x7e]*$/, 'This must be printable ASCII.')
    .min(1, 'This must not be empty.')
    .max(MAX_KEY_LENGTH, `This must have no more than ${MAX_KEY_LENGTH} characters.`)
    .nullish(),
  reason: printableText(MAX_REASON_LENGTH).nullish(),
  referenceDocumentUri: printableText(MAX_URI_LENGTH)
    .refine((text) => URL.canParse(text), 'This must be a URI with its scheme.')
    .nullish(),
};

/** Validates a precondition, which may be absent or null. */
export const preconditionShape = z
  .object({
    version: z.int('This must be an integer.').min(0, 'This must be at least 0.').nullish(),
    quantityInStock: z.int('This must be an integer.').nullish(),
  })
  .refine(
    ({ version, quantityInStock }) =>
      (version ?? quantityInStock) !== undefined && (version ?? quantityInStock) !== null,
    'Give version or quantityInStock, or leave `expected` out.',
  )
  .nullish();

/** The input type of a precondition. */
export const InventoryPreconditionInput = builder.inputType('InventoryPreconditionInput', {
  description:
    'What must hold at the moment of the update. The check and the update are one step. ' +
    'If a given value differs, nothing changes, and the answer is a `PreconditionFailedError` with the current SKU.',
  fields: (t) => ({
    version: t.int({ description: 'The version that you read. It holds if nobody changed the SKU since.' }),
    quantityInStock: t.int({ description: 'The quantity in stock that you read.' }),
  }),
});

/** The options as fields of a mutation's input type. */
export function attemptFields(t: InputFields) {
  return {
    idempotencyKey: t.string({
      description:
        `Your name for this call, 1 to ${MAX_KEY_LENGTH} printable ASCII characters. It makes a retry safe: the same key with the same input ` +
        'gets the first answer again and changes nothing (`replayed`). Keys are kept for at least 24 hours. ' +
        'If nothing was accepted, the key is not stored: correct the input and reuse the key.',
    }),
    reason: t.string({
      description: `Why you make the change, for the history. One line of at most ${MAX_REASON_LENGTH} characters.`,
    }),
    referenceDocumentUri: t.string({
      description: `The document behind the change, such as an order, a delivery or a stock count. A URI of at most ${MAX_URI_LENGTH} characters.`,
    }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Decide the update but store nothing. True needs the permission `view_items`, because the answer shows the state of the SKU.',
    }),
  };
}

/** The time of an update, as a field of an input type. */
export function asOfField(t: InputFields) {
  return {
    asOf: t.field({
      type: 'DateTime',
      description:
        'When the values were true, or when the adjustment happened. Values that are older than those stored are not applied: see `staleFields` of the result. ' +
        "Leave it out if they are true now. It may be at most 5 minutes ahead of the server's clock.",
    }),
  };
}

/** The domain's precondition. Undefined if the input is absent or null. */
export function toPrecondition(
  input: typeof InventoryPreconditionInput.$inferInput | null | undefined,
): Precondition | undefined {
  if (!input) return undefined;
  return { version: input.version ?? undefined, quantityInStock: input.quantityInStock ?? undefined };
}

interface Attempt {
  readonly idempotencyKey?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly referenceDocumentUri?: string | null | undefined;
  readonly dryRun: boolean;
}

/**
 * Makes the domain's request of a mutation's options and rows. It is best-effort and has no group unless `more` sets them. Throws FORBIDDEN
 * for a dry run if the caller may not view SKUs: repeated dry runs would reveal a SKU's state and leave no trace.
 */
export function toRequest(
  { caller, source }: Context,
  operation: string,
  attempt: Attempt,
  more: Pick<UpdateRequest, 'rows'> & Partial<UpdateRequest>,
): UpdateRequest {
  if (attempt.dryRun && !mayView(caller)) {
    throw new GraphQLError(
      'A dry run shows the state of SKUs, which needs the permission view_items. Leave dryRun out, or use a token with that permission.',
      { extensions: { code: 'FORBIDDEN', http: { status: 403 } } },
    );
  }
  return {
    supplierId: caller.supplierId,
    actor: caller.actor,
    source,
    operation,
    ...plainRequest,
    dryRun: attempt.dryRun,
    idempotencyKey: attempt.idempotencyKey ?? null,
    reason: attempt.reason ?? null,
    referenceDocumentUri: attempt.referenceDocumentUri ?? null,
    ...more,
  };
}
