/** Peer: Mercurius with its JIT on Fastify. `mercurius.ts PATH SKUS` uses better-sqlite3. Without arguments it uses no database. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { typeDefs, type Payload, type SkuArguments, type UpdateArguments } from './schema.ts';

const [path, skus] = process.argv.slice(2);
const { update, find } = path === undefined ? answerAtOnce() : await openTable(path);

const app = Fastify({ logger: false });
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Mutation: {
      updateSkuInventory: (_: unknown, { input }: UpdateArguments) =>
        update(input.identifier.skuId, input.quantityInStock),
    },
    Query: { sku: (_: unknown, { by }: SkuArguments) => find(by.skuId) },
  },
  // Compiles a query at its first execution, as the documentation of Mercurius recommends for speed.
  jit: 1,
});
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
process.once('SIGTERM', () => process.exit(0));

async function openTable(file: string) {
  const { createFindSku, createSkuTable, createUpdateSku } = await import('./sku-table.ts');
  const database = createSkuTable(file, Number(skus));
  return { update: createUpdateSku(database), find: createFindSku(database) };
}

function answerAtOnce() {
  const sku = (skuId: string, quantityInStock: number) => ({
    skuId,
    quantityInStock,
    quantityOnBackorder: 0,
    version: 1,
  });
  return {
    update: (skuId: string, quantity: number): Payload => ({
      outcome: 'APPLIED',
      sku: sku(skuId, quantity),
      userErrors: [],
    }),
    find: (skuId: string) => sku(skuId, 0),
  };
}
