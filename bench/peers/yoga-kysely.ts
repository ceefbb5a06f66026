/** Peer: GraphQL Yoga on node:http and Kysely on SQLite, set up as in the quick starts of both. `yoga-kysely.ts PATH SKUS`. */
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { Kysely, SqliteDialect, type Generated, type Transaction } from 'kysely';
import { SUPPLIER } from '../measure/requests.ts';
import { rejected, typeDefs, type Payload, type SkuArguments, type UpdateArguments } from './schema.ts';
import { createSkuTable } from './sku-table.ts';

interface Tables {
  sku: {
    supplier_id: string;
    sku_id: string;
    quantity_in_stock: number;
    quantity_on_backorder: number;
    version: number;
    updated_at: string;
  };
  inventory_change: {
    position: Generated<number>;
    supplier_id: string;
    sku_id: string;
    version: number;
    quantity_in_stock_before: number;
    quantity_in_stock: number;
    changed_at: string;
  };
}

const [path = '', skus] = process.argv.slice(2);
const db = new Kysely<Tables>({
  dialect: new SqliteDialect({ database: createSkuTable(path, Number(skus)) }),
});
const columns = [
  'sku_id as skuId',
  'quantity_in_stock as quantityInStock',
  'quantity_on_backorder as quantityOnBackorder',
  'version',
] as const;

async function update(trx: Transaction<Tables>, skuId: string, quantity: number): Promise<Payload> {
  const now = new Date().toISOString();
  const before = await trx
    .selectFrom('sku')
    .select(columns)
    .where('supplier_id', '=', SUPPLIER)
    .where('sku_id', '=', skuId)
    .executeTakeFirst();
  if (!before) return rejected;
  const sku = await trx
    .updateTable('sku')
    .set((eb) => ({ quantity_in_stock: quantity, version: eb('version', '+', 1), updated_at: now }))
    .where('supplier_id', '=', SUPPLIER)
    .where('sku_id', '=', skuId)
    .returning(columns)
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('inventory_change')
    .values({
      supplier_id: SUPPLIER,
      sku_id: skuId,
      version: sku.version,
      quantity_in_stock_before: before.quantityInStock,
      quantity_in_stock: quantity,
      changed_at: now,
    })
    .execute();
  return { outcome: 'APPLIED', sku, userErrors: [] };
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Mutation: {
        updateSkuInventory: (_: unknown, { input }: UpdateArguments) =>
          db.transaction().execute((trx) => update(trx, input.identifier.skuId, input.quantityInStock)),
      },
      Query: {
        sku: (_: unknown, { by }: SkuArguments) =>
          db
            .selectFrom('sku')
            .select(columns)
            .where('supplier_id', '=', SUPPLIER)
            .where('sku_id', '=', by.skuId)
            .executeTakeFirst(),
      },
    },
  }),
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address?.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
