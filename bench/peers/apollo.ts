/** Peer: Apollo Server's standalone server on better-sqlite3. `apollo.ts PATH SKUS`. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { typeDefs, type SkuArguments, type UpdateArguments } from './schema.ts';
import { createFindSku, createSkuTable, createUpdateSku } from './sku-table.ts';

const [path = '', skus] = process.argv.slice(2);
const database = createSkuTable(path, Number(skus));
const update = createUpdateSku(database);
const find = createFindSku(database);

const server = new ApolloServer({
  typeDefs,
  resolvers: {
    Mutation: {
      updateSkuInventory: (_: unknown, { input }: UpdateArguments) =>
        update(input.identifier.skuId, input.quantityInStock),
    },
    Query: { sku: (_: unknown, { by }: SkuArguments) => find(by.skuId) },
  },
});
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
process.stdout.write(`${url}\n`);
process.once('SIGTERM', () => process.exit(0));
