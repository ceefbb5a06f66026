/** The mutations that tests send, which select every field of an answer; and a seeded database for the real program. */
import { createCatalog } from '../../src/db/catalog.ts';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { saveToken } from '../../src/db/tokens.ts';
import type { Gateway } from './gateway.ts';

/** STOCKGATE_TEST_LONG=1 runs the long tests at full length. Set it for nightly runs and releases. */
export const isLong = process.env['STOCKGATE_TEST_LONG'] === '1';

const STATE = 'quantityInStock quantityOnBackorder restrictions backorderDate';
const SKU = `skuId ${STATE} version updatedAt`;
const CHANGE = `id skuId version before { ${STATE} } after { ${STATE} }
  source actor reason referenceDocumentUri groupId changedAt`;
const ERROR = `__typename code message path retryable
  ... on PreconditionFailedError { current { ${SKU} } lastChange { ${CHANGE} } }
  ... on QuantityBelowZeroError { current { ${SKU} } }
  ... on QuantityTooLargeError { current { ${SKU} } }
  ... on AmbiguousIdentifierError { candidates { skuId } }`;
const RESULT = `outcome sku { ${SKU} } change { ${CHANGE} } userErrors { ${ERROR} }`;
const GROUP = `replayed groupId appliedCount wouldApplyCount unchangedCount rejectedCount userErrors { ${ERROR} }`;

export const mutations = {
  update: `mutation ($input: UpdateSkuInventoryInput!) { answer: updateSkuInventory(input: $input) { replayed ${RESULT} } }`,
  adjust: `mutation ($input: AdjustSkuInventoryInput!) { answer: adjustSkuInventory(input: $input) { replayed ${RESULT} } }`,
  bulk: `mutation ($input: BulkUpdateSkuInventoryInput!, $only: InventoryRowFilter! = ALL) {
    answer: bulkUpdateSkuInventory(input: $input) { ${GROUP} results(only: $only) { index ${RESULT} } }
  }`,
} as const;
export type MutationName = keyof typeof mutations;

export interface State {
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  readonly restrictions: string | null;
  readonly backorderDate: string | null;
}
export interface SkuAnswer extends State {
  readonly skuId: string;
  readonly version: number;
  readonly updatedAt: string;
}
export interface ChangeAnswer {
  readonly id: string | null;
  readonly skuId: string;
  readonly version: number;
  readonly before: State;
  readonly after: State;
  readonly source: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly referenceDocumentUri: string | null;
  readonly groupId: string | null;
  readonly changedAt: string;
}
export interface ErrorAnswer {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
  readonly retryable: boolean;
  readonly current?: SkuAnswer;
  readonly lastChange?: ChangeAnswer | null;
}
export interface ResultAnswer {
  readonly outcome: string;
  readonly sku: SkuAnswer | null;
  readonly change: ChangeAnswer | null;
  readonly userErrors: readonly ErrorAnswer[];
}
export interface SingleAnswer extends ResultAnswer {
  readonly replayed: boolean;
}
export interface BulkAnswer {
  readonly replayed: boolean;
  readonly groupId: string | null;
  readonly appliedCount: number;
  readonly wouldApplyCount: number;
  readonly unchangedCount: number;
  readonly rejectedCount: number;
  readonly userErrors: readonly ErrorAnswer[];
  readonly results: readonly (ResultAnswer & { readonly index: number })[];
}

/** A top-level GraphQL error: its message and the fields that programs read. */
export interface InputError {
  readonly message: string;
  readonly extensions: {
    readonly code: string;
    readonly limit?: number;
    readonly provided?: number;
    readonly problems?: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  };
}

type AnswerOf<Name extends MutationName> = Name extends 'bulk' ? BulkAnswer : SingleAnswer;

/** Sends a well-formed mutation and returns its payload. Throws if the answer has errors. */
export async function send<Name extends MutationName>(
  gateway: Pick<Gateway, 'graphql'>,
  name: Name,
  input: object,
  token?: string,
): Promise<AnswerOf<Name>> {
  const { body } = await gateway.graphql(mutations[name], { input }, token);
  if (body.errors) throw new Error(`Refused: ${JSON.stringify(body.errors)}`);
  return body.data.answer;
}

/** Sends a malformed mutation and returns the first error. Throws if there is none. */
export async function sendMalformed(
  gateway: Pick<Gateway, 'graphql'>,
  name: MutationName,
  input: object,
): Promise<InputError> {
  const { body } = await gateway.graphql(mutations[name], { input });
  if (!body.errors) throw new Error(`Accepted: ${JSON.stringify(body.data)}`);
  return body.errors[0];
}

/** Saves more SKUs for acme. A new SKU starts at version 0. */
export async function stock(gateway: Pick<Gateway, 'store'>, ...rows: CatalogRow[]): Promise<void> {
  await createCatalog(gateway.store, () => new Date()).save({ supplierId: 'acme', actor: 'seed' }, rows);
}

/** The token that clients of the real program use. */
export const CLIENT_TOKEN = 'a-token-for-the-clients';

/** SKUs that are saved in one call. */
const STOCKED_AT_ONCE = 5_000;

/** Fills a database that no program has open: with acme, these SKUs, and CLIENT_TOKEN. */
export async function seedDatabase(url: string, rows: readonly CatalogRow[]): Promise<void> {
  const store = await openStore(url);
  const now = new Date();
  await saveSupplier(store, 'acme', now);
  await saveToken(
    store,
    CLIENT_TOKEN,
    {
      supplierId: 'acme',
      name: 'clients',
      role: 'supplier',
      permissions: ['edit_items', 'view_items'],
      expiresAt: null,
    },
    now,
  );
  for (let at = 0; at < rows.length; at += STOCKED_AT_ONCE)
    await stock({ store }, ...rows.slice(at, at + STOCKED_AT_ONCE));
  await store.close();
}

/** Calls the gateway at this origin over HTTP. Rejects if the connection breaks. */
export function clientOf(origin: string, token = CLIENT_TOKEN): Pick<Gateway, 'graphql'> {
  return {
    graphql: async (query, variables = {}) => {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, body: await response.json() };
    },
  };
}
