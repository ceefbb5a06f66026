/** The tabs with which GraphiQL opens in the demo: one for each thing to try. */

export const demoTabs: readonly string[] = [
  `# Sets a SKU's inventory: press the play button, or Ctrl-Enter.
# A field left out stays as it is; restrictions: null lifts a restriction.
mutation UpdateInventory {
  updateSkuInventory(input: {
    identifier: { skuId: "xkuOwSQ3utl" }
    quantityInStock: 3
  }) {
    outcome
    sku { skuId title quantityInStock quantityOnBackorder restrictions availability version updatedAt }
    userErrors { code message }
  }
}
`,
  `# One that is refused: a new and a used copy share this ISBN.
# The details of an error are on its own type; "code" and "message" are on each.
mutation UpdateAmbiguous {
  updateSkuInventory(input: {
    identifier: { isbn: "9780141439471" }
    quantityInStock: 3
  }) {
    outcome
    userErrors {
      code
      message
      retryable
      ... on AmbiguousIdentifierError { candidates { skuId condition quantityInStock } }
      ... on InvalidIdentifierError { expectedCheckDigit }
    }
  }
}
`,
  `# Reads a SKU by any of its identifiers, in any spelling.
query ReadSku {
  sku(by: { skuId: "xkuOwSQ3utl" }) {
    skuId title condition isbn
    quantityInStock quantityOnBackorder restrictions availability
    version updatedAt
  }
}
`,
  `# Adds and takes away: two who sell at once are both counted.
# Press play twice: the same idempotencyKey is answered again, and counts once.
mutation Adjust {
  adjustSkuInventory(input: {
    identifier: { ean13: "9520001000171" }
    quantityInStockDelta: -1
    reason: "sold"
    referenceDocumentUri: "https://shop.example.com/orders/1001"
    idempotencyKey: "order-1001"
  }) {
    outcome
    replayed
    sku { skuId quantityInStock version }
    userErrors { code message }
  }
}
`,
  `# Sets only what is still as you saw it. This one is refused, with the SKU as it is:
# put its quantity or its version into "expected", and press play again.
mutation UpdateWhatWasSeen {
  updateSkuInventory(input: {
    identifier: { skuId: "dracula-new" }
    quantityInStock: 6
    expected: { quantityInStock: 1000 }
  }) {
    outcome
    userErrors {
      code
      message
      ... on PreconditionFailedError {
        current { quantityInStock version }
        lastChange { actor changedAt reason }
      }
    }
  }
}
`,
  `# Many SKUs in one transaction. A bad row is refused by itself;
# atomicity: ALL_OR_NOTHING makes the rows stand or fall together, dryRun: true stores nothing.
mutation UpdateMany {
  bulkUpdateSkuInventory(input: {
    reason: "stock count"
    dryRun: false
    updates: [
      { identifier: { skuId: "yoyo-red" }, quantityInStock: 60 }
      { identifier: { upca: "400000200484" }, quantityInStock: 20, restrictions: TMPUNAVAIL }
      { identifier: { skuId: "teddy-bear" }, quantityInStock: "a few" }
    ]
  }) {
    appliedCount
    wouldApplyCount
    unchangedCount
    rejectedCount
    groupId
    results { index outcome sku { skuId quantityInStock version } userErrors { code message path } }
    userErrors { code message }
  }
}
`,
  `# What happened to a SKU, newest first, and to all SKUs, oldest first.
# Ask for the next page "after" the endCursor.
query ReadHistory {
  sku(by: { skuId: "xkuOwSQ3utl" }) {
    inventoryChanges(first: 5) { nodes { ...change } pageInfo { hasNextPage endCursor } }
  }
  inventoryChanges(first: 20) { nodes { ...change } pageInfo { hasNextPage endCursor } }
}

fragment change on InventoryChange {
  id groupId skuId version changedAt source actor reason
  delta { quantityInStock quantityOnBackorder }
  after { quantityInStock quantityOnBackorder restrictions }
}
`,
  `# Undoes changes: by their ids, or by the groupId of a bulk call; ReadHistory shows both.
# A SKU that was changed since is left alone.
mutation Undo {
  revertInventoryChanges(input: { changeIds: ["1"], reason: "a mistake" }) {
    appliedCount
    rejectedCount
    groupId
    results { outcome sku { skuId quantityInStock version } userErrors { code message } }
    userErrors { code message }
  }
}
`,
  `# Lists SKUs: filtered, ordered, a page at a time.
query ListSkus {
  skus(
    first: 10
    filter: { availability: BACKORDER }
    orderBy: { field: UPDATED_AT, direction: DESC }
  ) {
    totalCount
    nodes { id skuId title quantityInStock quantityOnBackorder updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# Changes as they are committed: press play, then change something in another tab or with curl.
# Give the last cursor as "after", and go on where you stopped.
subscription Follow {
  inventoryChanged {
    cursor
    change { skuId version source actor delta { quantityInStock } after { quantityInStock } }
  }
}
`,
  `# Inventory files that were handed in: POST /feeds/inventory, see docs/feeds.md.
query Feeds {
  inventoryFeeds(first: 5) {
    nodes {
      feedId state filename actor groupId rowsRead rowsDone createdAt finishedAt
      report { rows applied unchanged stale rejected zeroed }
      refusal { code message allowZeroing }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
];
