/** Requests that Apollo Client can be set to send and the gateway does not support: each is refused in plain words. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** What to do about a batch, which is a JSON array of requests. */
export const BATCH_REFUSED = 'Batches are not supported. Send each operation as a request of its own.';

/**
 * Explains a persisted query, `@defer` and `@stream`. Apollo Client's link for persisted queries looks for this code or
 * message, then sends the whole query and never the hash again. Apollo Server answers with the same status and header.
 */
export function explainUnsupported(): Plugin {
  return {
    onParams({ params }) {
      if (params.query || !params.extensions?.['persistedQuery']) return;
      const http = { status: 200, headers: { 'cache-control': 'private, no-cache, must-revalidate' } };
      const extensions = { code: 'PERSISTED_QUERY_NOT_SUPPORTED', http };
      throw new GraphQLError('PersistedQueryNotSupported', { extensions });
    },
    onValidate:
      () =>
      ({ result, setResult }) =>
        setResult(result.map(explainDirective)),
  };
}

function explainDirective(error: Error): Error {
  if (!(error instanceof GraphQLError)) return error;
  const directive = /^Unknown directive "(@defer|@stream)"/.exec(error.message)?.[1];
  if (directive === undefined) return error;
  const message = `${directive} is not supported: every answer comes whole. Leave ${directive} out, or ask for less in one request.`;
  return new GraphQLError(message, { nodes: error.nodes, extensions: error.extensions });
}
