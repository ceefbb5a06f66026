/** The schema of the GraphQL peers. It has only what the benchmark's documents need. */
export const typeDefs = /* GraphQL */ `
  input SkuIdentifierInput {
    skuId: String
    upca: String
    ean13: String
    gtin14: String
    isbn: String
  }
  input UpdateSkuInventoryInput {
    identifier: SkuIdentifierInput!
    quantityInStock: Int
    quantityOnBackorder: Int
  }
  enum InventoryOutcome {
    APPLIED
    UNCHANGED
    REJECTED
  }
  type Sku {
    skuId: String!
    quantityInStock: Int!
    quantityOnBackorder: Int!
    version: Int!
  }
  type UserError {
    code: String!
    message: String!
  }
  type UpdateSkuInventoryPayload {
    outcome: InventoryOutcome!
    sku: Sku
    userErrors: [UserError!]!
  }
  type Query {
    sku(by: SkuIdentifierInput!): Sku
  }
  type Mutation {
    updateSkuInventory(input: UpdateSkuInventoryInput!): UpdateSkuInventoryPayload!
  }
`;

export interface Sku {
  readonly skuId: string;
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  readonly version: number;
}

export interface UpdateArguments {
  readonly input: { readonly identifier: { readonly skuId: string }; readonly quantityInStock: number };
}

export interface SkuArguments {
  readonly by: { readonly skuId: string };
}

export interface Payload {
  readonly outcome: 'APPLIED' | 'REJECTED';
  readonly sku: Sku | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string }[];
}

export const rejected: Payload = {
  outcome: 'REJECTED',
  sku: null,
  userErrors: [{ code: 'SKU_NOT_FOUND', message: 'No SKU has this identifier.' }],
};
