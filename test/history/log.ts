/** A gateway whose log a test lets grow, grow old and be pruned. */
import { openGateway, oneThread, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { requestOf, setSku } from '../support/requests.ts';
import type { StoreKind } from '../../src/db/store/store.ts';

const origin = { supplierId: 'acme', actor: 'full', source: 'GRAPHQL' } as const;

/** The supplier is acme where none is named. */
export async function openLog(kind: StoreKind) {
  const gateway: Gateway = await openGateway(kind, undefined, {}, oneThread);
  const address = await gateway.listen();
  let quantity = 0;
  const last = () => gateway.inventory.lastPosition('acme');
  /** Changes SKUs in turn, one transaction for each. Resolves to the position of the last one. */
  async function change(count: number, skuIds = ['shared'], supplierId = 'acme') {
    for (const i of range(count)) {
      const row = setSku(skuIds[i % skuIds.length] ?? '', { quantityInStock: ++quantity });
      await gateway.inventory.update(requestOf({ ...origin, supplierId }, [row]));
    }
    return last();
  }
  /** One bulk call. */
  const bulk = (skuIds: readonly string[], more: object = {}) =>
    gateway.inventory.update(
      requestOf(
        origin,
        skuIds.map((skuId) => setSku(skuId, { quantityInStock: ++quantity })),
        { groupId: `group-${++quantity}`, ...more },
      ),
    );
  const horizonOf = async (supplierId = 'acme') => (await gateway.inventory.marksAt(supplierId, [])).horizon;
  async function ask(fields: string, variables: object = {}, token: string = tokens.full) {
    const head = fields.includes('$after') ? 'query ($after: String) ' : '';
    const { body } = await gateway.graphql(`${head}${fields}`, variables, token);
    return body;
  }
  /** The IDs of all pages of the feed, with these further arguments. */
  async function idsOf(args = '', variables: object = {}) {
    const ids: number[] = [];
    for (let after = (variables as { after?: string }).after; ;) {
      const body = await ask(
        `{ inventoryChanges(after: $after${args}) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
        { ...variables, after },
      );
      const { nodes, pageInfo } = body.data.inventoryChanges;
      ids.push(...nodes.map(({ id }: { id: string }) => Number(id)));
      if (!pageInfo.hasNextPage) return ids;
      after = pageInfo.endCursor;
    }
  }
  return { gateway, address, last, change, bulk, horizonOf, ask, idsOf };
}
