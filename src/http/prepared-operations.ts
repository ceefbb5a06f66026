/** GraphQL operations ready to run: parsed, validated and measured once, however often they are sent. */
import {
  getOperationAST,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { documentLimits, MAX_TOKENS } from './document-limits.ts';

export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** The query or mutation of this name in this document; undefined where it needs Yoga: it is refused, or a subscription. */
export type PrepareOperation = (query: string, operationName?: string) => PreparedOperation | undefined;

/** Operations kept at most; the one that was not used for longest goes first. */
const MAX_KEPT = 500;
/** A longer document is likely one of a kind, its values written into it: not worth its memory, in UTF-16 units. */
const MAX_KEPT_LENGTH = 4_096;

export function createPrepareOperation(schema: GraphQLSchema): PrepareOperation {
  const kept = new Map<string, PreparedOperation>();
  return (query, operationName) => {
    // No name holds a NUL, so no two pairs share a key.
    const key = operationName === undefined ? query : `${operationName}\0${query}`;
    const known = kept.get(key);
    const prepared = known ?? prepare(schema, query, operationName);
    if (!prepared || key.length > MAX_KEPT_LENGTH) return prepared;
    // A Map keeps the order of insertion: what was used last is last.
    if (known) kept.delete(key);
    else if (kept.size >= MAX_KEPT) deleteFirst(kept);
    kept.set(key, prepared);
    return prepared;
  };
}

function prepare(
  schema: GraphQLSchema,
  query: string,
  operationName?: string,
): PreparedOperation | undefined {
  const document = parseKnown(query);
  if (!document || validate(schema, document, [...specifiedRules, documentLimits]).length > 0)
    return undefined;
  const operation = getOperationAST(document, operationName);
  return operation && operation.operation !== 'subscription' ? { document, operation } : undefined;
}

function parseKnown(query: string): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch {
    return undefined;
  }
}

function deleteFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
