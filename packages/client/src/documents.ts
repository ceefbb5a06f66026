/** The operations that the client sends. `write-schema-types.ts` reads them, and writes the types of what they give. */

const state =
  'fragment InventoryState on InventoryState{quantityInStock quantityOnBackorder restrictions backorderDate}';

const sku =
  'fragment Sku on Sku{skuId title condition upca ean13 gtin14 isbn itemId ' +
  'quantityInStock quantityOnBackorder restrictions backorderDate availability version updatedAt}';

const change =
  'fragment InventoryChange on InventoryChange{id skuId version source actor reason referenceDocumentUri groupId ' +
  'asOf changedAt before{...InventoryState}after{...InventoryState}delta{quantityInStock quantityOnBackorder}}' +
  state;

const setRefusal =
  'fragment UserError on UserError{code message path retryable' +
  '...on AmbiguousIdentifierError{candidateCount candidates{...Sku}}' +
  '...on AsOfInFutureError{serverTime}' +
  '...on InvalidIdentifierError{expectedCheckDigit}' +
  '...on PreconditionFailedError{current{...Sku}lastChange{...InventoryChange}}';
/** Only adjustments run into the two limits of a quantity. */
const refusal =
  setRefusal + '...on QuantityBelowZeroError{current{...Sku}}...on QuantityTooLargeError{current{...Sku}}}';

const told = sku + change;

const row = 'outcome sku{...Sku}staleFields{...StaleField}userErrors{...UserError}';
const stale = 'fragment StaleField on StaleField{field asOf storedAsOf}';
const one = `{replayed change{...InventoryChange}newerChange{...InventoryChange}${row}}}${stale}${told}${refusal}`;
// Rows show no change, and nothing that no row has: the answer to 10,000 rows may have 1,000,000 fields.
const many =
  '{groupId replayed appliedCount unchangedCount staleCount wouldApplyCount rejectedCount ' +
  'userErrors{...UserError}results{...InventoryRowResult}}}' +
  `fragment InventoryRowResult on InventoryRowResult{index ${row}}${stale}${told}${setRefusal}}`;

const pageInfo = 'pageInfo{endCursor hasNextPage}';

export const updateMutation =
  'mutation Update($input:UpdateSkuInventoryInput!){result:updateSkuInventory(input:$input)' + one;
export const adjustMutation =
  'mutation Adjust($input:AdjustSkuInventoryInput!){result:adjustSkuInventory(input:$input)' + one;
export const bulkMutation =
  'mutation Bulk($input:BulkUpdateSkuInventoryInput!){result:bulkUpdateSkuInventory(input:$input)' + many;
export const undoMutation =
  'mutation Undo($input:RevertInventoryChangesInput!){result:revertInventoryChanges(input:$input)' + many;

export const skuQuery = `query Sku($by:SkuIdentifierInput!){result:sku(by:$by){...Sku}}${sku}`;
export const skusQuery =
  'query Skus($after:String,$filter:SkuFilterInput,$orderBy:SkuOrderInput={field:SKU_ID})' +
  `{result:skus(first:100,after:$after,filter:$filter,orderBy:$orderBy){nodes{...Sku}${pageInfo}}}${sku}`;
export const changesQuery =
  'query Changes($after:String,$filter:InventoryChangeFilterInput,$orderBy:InventoryChangeOrderInput={})' +
  '{result:inventoryChanges(first:100,after:$after,filter:$filter,orderBy:$orderBy)' +
  `{edges{cursor node{...InventoryChange}}${pageInfo}}}${change}`;
export const cursorQuery = 'query Cursor{result:inventoryChangesCursor}';
export const liveSubscription =
  'subscription Live($after:String,$filter:InventoryChangeFilterInput)' +
  '{result:inventoryChanged(after:$after,filter:$filter){...InventoryChangedEvent}}' +
  `fragment InventoryChangedEvent on InventoryChangedEvent{cursor change{...InventoryChange}}${change}`;
