/** The queries and mutations of the board. */
import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

const boardSku = graphql(`
  fragment BoardSku on Sku @_unmask {
    skuId
    title
    upca
    ean13
    gtin14
    isbn
    quantityInStock
    quantityOnBackorder
    restrictions
    backorderDate
    availability
    version
    updatedAt
    lastChange {
      actor
      source
      reason
    }
  }
`);
export type BoardSku = ResultOf<typeof boardSku>;

export const viewerQuery = graphql(`
  query Viewer {
    viewer {
      supplier
      tokenName
      permissions
      expiresAt
    }
  }
`);
export type Viewer = ResultOf<typeof viewerQuery>['viewer'];

export const skusQuery = graphql(
  `
    query BoardSkus($after: String, $filter: SkuFilterInput, $orderBy: SkuOrderInput!) {
      skus(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {
        nodes {
          ...BoardSku
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [boardSku],
);

export const skuIndexQuery = graphql(`
  query BoardSkuIndex($filter: SkuFilterInput, $orderBy: SkuOrderInput!) {
    skus(first: 1, filter: $filter, orderBy: $orderBy) {
      index(every: 100) {
        count
        cursors
      }
    }
  }
`);

export const updateSkuMutation = graphql(
  `
    mutation BoardUpdateSku($input: UpdateSkuInventoryInput!) {
      updateSkuInventory(input: $input) {
        outcome
        change {
          id
        }
        sku {
          ...BoardSku
        }
        userErrors {
          code
          message
          ... on PreconditionFailedError {
            current {
              ...BoardSku
            }
            lastChange {
              actor
              changedAt
              reason
              source
            }
          }
        }
      }
    }
  `,
  [boardSku],
);
export type UpdateError = ResultOf<typeof updateSkuMutation>['updateSkuInventory']['userErrors'][number];

export const bulkUpdateMutation = graphql(
  `
    mutation BoardBulkUpdate($input: BulkUpdateSkuInventoryInput!) {
      bulkUpdateSkuInventory(input: $input) {
        groupId
        appliedCount
        userErrors {
          message
        }
        results {
          index
          sku {
            ...BoardSku
          }
          userErrors {
            code
            message
          }
        }
      }
    }
  `,
  [boardSku],
);

export const undoMutation = graphql(
  `
    mutation BoardUndo($input: RevertInventoryChangesInput!) {
      revertInventoryChanges(input: $input) {
        groupId
        userErrors {
          message
        }
        results {
          sku {
            ...BoardSku
          }
          userErrors {
            message
            ... on PreconditionFailedError {
              current {
                quantityInStock
              }
              lastChange {
                actor
              }
            }
          }
        }
      }
    }
  `,
  [boardSku],
);
