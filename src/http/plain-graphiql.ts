/** The settings of GraphiQL outside of the demo: a header for the token, and a query that changes nothing. */
import type { GraphiQLOptions } from 'graphql-yoga';

const query = `# 1. Put your token into "Headers" below,
#    in place of YOUR_TOKEN. A reload forgets it.
# 2. Press the re-fetch button at the lower left:
#    the editor then knows the schema.
# 3. Press the play button, or Ctrl-Enter.
query FirstSkus {
  skus(first: 5) {
    nodes {
      skuId
      title
      quantityInStock
      quantityOnBackorder
      availability
      version
    }
  }
}
`;

export const plainGraphiql: GraphiQLOptions = {
  headers: JSON.stringify({ Authorization: 'Bearer YOUR_TOKEN' }, null, 2),
  defaultTabs: [{ query }],
};
