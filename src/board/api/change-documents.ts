/** The queries about changes: the history of a SKU, and the activity. */
import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

const boardChange = graphql(`
  fragment BoardChange on InventoryChange @_unmask {
    id
    skuId
    version
    before {
      quantityInStock
      quantityOnBackorder
      restrictions
      backorderDate
    }
    after {
      quantityInStock
      quantityOnBackorder
      restrictions
      backorderDate
    }
    actor
    source
    reason
    referenceDocumentUri
    groupId
    changedAt
  }
`);
export type BoardChange = ResultOf<typeof boardChange>;

export const historyQuery = graphql(
  `
    query BoardHistory($skuId: String!, $after: String) {
      sku(by: { skuId: $skuId }) {
        title
        inventoryChanges(first: 100, after: $after) {
          nodes {
            ...BoardChange
          }
          pageInfo {
            endCursor
            hasNextPage
          }
        }
      }
    }
  `,
  [boardChange],
);

export const activityQuery = graphql(
  `
    query BoardActivity($after: String, $filter: InventoryChangeGroupFilterInput) {
      inventoryChangeGroups(first: 50, after: $after, filter: $filter) {
        nodes {
          groupId
          changeCount
          changeCountIsAtLeast
          source
          actor
          reason
          referenceDocumentUri
          firstChangedAt
          lastChangedAt
          feed {
            filename
          }
          changes(first: 1) {
            nodes {
              ...BoardChange
            }
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  `,
  [boardChange],
);
export type ChangeGroup = ResultOf<typeof activityQuery>['inventoryChangeGroups']['nodes'][number];

export const groupChangesQuery = graphql(
  `
    query BoardGroupChanges($groupId: String!) {
      inventoryChanges(first: 100, orderBy: { direction: DESC }, filter: { groupId: $groupId }) {
        nodes {
          ...BoardChange
        }
      }
    }
  `,
  [boardChange],
);
