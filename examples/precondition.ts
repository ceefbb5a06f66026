/** Two people edit one SKU. Who comes second sees what the first one did, and decides again. */
import { graphql, send } from './gateway.ts';

const Read = graphql(`
  query Read($skuId: String!) {
    sku(by: { skuId: $skuId }) {
      quantityInStock
      version
    }
  }
`);

const Reorder = graphql(`
  mutation Reorder($skuId: String!, $quantityOnBackorder: Int!, $version: Int!) {
    updateSkuInventory(
      input: {
        identifier: { skuId: $skuId }
        quantityOnBackorder: $quantityOnBackorder
        expected: { version: $version }
      }
    ) {
      outcome
      sku {
        quantityInStock
        quantityOnBackorder
        version
      }
      userErrors {
        __typename
        message
        ... on PreconditionFailedError {
          current {
            quantityInStock
            version
          }
          lastChange {
            actor
            changedAt
          }
        }
      }
    }
  }
`);

/** Orders by how much is in stock; decides again for as long as somebody else is quicker. */
async function reorder(skuId: string, seen: { quantityInStock: number; version: number }) {
  for (;;) {
    const quantityOnBackorder = seen.quantityInStock < 10 ? 20 : 5;
    console.log(`${seen.quantityInStock} in stock at version ${seen.version}: order ${quantityOnBackorder}`);
    const { updateSkuInventory } = await send(Reorder, {
      skuId,
      quantityOnBackorder,
      version: seen.version,
    });
    const [error] = updateSkuInventory.userErrors;
    if (!error) return updateSkuInventory;
    if (error.__typename !== 'PreconditionFailedError') throw new Error(error.message);
    // The error holds the SKU as it is: nothing has to be read again.
    console.log(`${error.message} It was ${error.lastChange?.actor}, at ${error.lastChange?.changedAt}.`);
    seen = error.current;
  }
}

const skuId = 'jane-eyre-new';
const { sku } = await send(Read, { skuId });
if (!sku) throw new Error(`There is no ${skuId}.`);

// Meanwhile, somebody else: a copy comes back from a customer.
const Return = graphql(`
  mutation Return($skuId: String!) {
    adjustSkuInventory(
      input: { identifier: { skuId: $skuId }, quantityInStockDelta: 1, reason: "returned" }
    ) {
      outcome
    }
  }
`);
await send(Return, { skuId });

const done = await reorder(skuId, sku);
console.log(done.outcome, done.sku);
