/** The mutations behind the legacy door: parsed and validated once, and executed as the GraphQL door does. */
import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../domain/caller.ts';
import type { Problem } from '../../domain/refusal.ts';
import { restrictionNames, restrictionOf, type RestrictionName } from '../../schema/sku/sku.ts';
import type { Denial } from '../edge/authenticate.ts';
import { JsonText } from '../edge/json-answer.ts';
import { answerOperation, type RequestContext } from '../graphql/execute.ts';
import { MaskedError } from '../graphql/mask-error.ts';
import { denyPermission } from '../graphql/permission.ts';
import { prepareValid, type PreparedOperation } from '../graphql/prepared-operations.ts';
import type { IdentifierField, LegacyUpdate } from './fields.ts';

/** What the selections below answer. */
interface Refused {
  readonly userErrors: readonly {
    readonly code: Problem;
    readonly message: string;
    /** Of a failed precondition, for those who may view it. */
    readonly current?: LegacyInventory;
  }[];
}
interface Updated extends Refused {
  readonly replayed: boolean;
  /** Absent for those who may not view it. */
  readonly sku?: { readonly version: number } | null;
}
interface UpdatedInBulk extends Refused {
  readonly replayed: boolean;
  readonly results: readonly Refused[];
}

/** A SKU's state as GraphQL answers it. */
interface LegacyInventory {
  readonly skuId: string;
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  readonly restrictions: RestrictionName | null;
  readonly backorderDate: string | null;
  readonly version: number;
}

/** A mutation's field `answer`, as a function of its input. Throws a RefusalError for a fault of ours, which is reported by then. */
function mutationOf<Payload>(operation: PreparedOperation) {
  return async (input: object, context: RequestContext): Promise<Payload> => {
    const { data, errors } = read(await answerOperation(operation, { input }, context));
    const error = errors?.[0];
    // The door's rules for input are stricter than the schema's, so every error here is a fault of ours.
    if (error) throw error instanceof MaskedError ? error.refusal : error;
    // The operation selects it.
    return data?.['answer'] as Payload;
  };
}

/** Parsing a short text costs less than writing the answer twice: as text for one door, and as objects for the other. */
function read(result: ExecutionResult | JsonText): ExecutionResult {
  return result instanceof JsonText ? JSON.parse(result.text) : result;
}

const prepareUpdate = (selection: string) =>
  prepareValid(
    `mutation ($input: UpdateSkuInventoryInput!) { answer: updateSkuInventory(input: $input) { replayed ${selection} } }`,
  );
const REFUSED = 'userErrors { code message }';
const blindUpdate = prepareUpdate(REFUSED);

/** Updates one SKU for a caller who may not view it: nothing that it selects shows a state. */
export const updateBlindly = mutationOf<Updated>(blindUpdate);

/** Updates one SKU, and tells its version, and its state where a precondition failed. */
export const updateAndShow = mutationOf<Updated>(
  prepareUpdate(`
    sku { version }
    userErrors {
      code
      message
      ... on PreconditionFailedError {
        current { skuId quantityInStock quantityOnBackorder restrictions backorderDate version }
      }
    }`),
);

/** Updates many, with one result a row. */
export const updateInBulk = mutationOf<UpdatedInBulk>(
  prepareValid(
    `mutation ($input: BulkUpdateSkuInventoryInput!) {
      answer: bulkUpdateSkuInventory(input: $input) { replayed ${REFUSED} results { ${REFUSED} } }
    }`,
  ),
);

/** Why this caller may not update SKUs; null when it may. */
export function denyUpdates(caller: Caller): Denial | null {
  return denyPermission(blindUpdate, caller);
}

const kindOf: Record<IdentifierField, string> = {
  sku_id: 'skuId',
  upca: 'upca',
  ean13: 'ean13',
  gtin14: 'gtin14',
  isbn: 'isbn',
};

/** A state as the legacy path spells it. A SKU without a date is shown as it was before SKUs had dates. */
export function toWire(sku: LegacyInventory): object {
  const { skuId, quantityInStock, quantityOnBackorder, restrictions, backorderDate, version } = sku;
  return {
    sku_id: skuId,
    quantity_in_stock: quantityInStock,
    quantity_on_backorder: quantityOnBackorder,
    restrictions: restrictions && restrictionOf[restrictions],
    ...(backorderDate !== null && { backorder_date: backorderDate }),
    version,
  };
}

/** A legacy update as the mutations' input has it. */
export function toInput({ identifier, ...changes }: LegacyUpdate): object {
  const { restrictions } = changes;
  const name = restrictions && restrictionNames.find((one) => restrictionOf[one] === restrictions);
  return {
    ...changes,
    ...(name && { restrictions: name }),
    identifier: { [kindOf[identifier.field]]: identifier.value },
  };
}
