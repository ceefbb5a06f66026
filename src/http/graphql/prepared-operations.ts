/** GraphQL operations ready to run: parsed, validated and measured once, however often they are sent. */
import { getOperationAST, type DocumentNode } from 'graphql';
import { parseBounded, validateBounded } from './bounded-documents.ts';
import { RecentMap } from './compiled/recent-map.ts';
import { measureOperation, type OperationSize } from './document-limits.ts';
import type { Operation } from './permission.ts';

export interface PreparedOperation extends Operation {
  readonly size: OperationSize;
}

export interface OperationCache {
  /** The operation of this name in this document, where it was prepared before and is still kept. */
  known(query: string, operationName?: string): PreparedOperation | undefined;
  /** The same, prepared now where it is not known; undefined where Yoga must explain what is wrong with it. */
  prepare(query: string, operationName?: string): PreparedOperation | undefined;
  /** Keeps an operation that another thread found valid: validating takes most of the time. */
  trust(query: string, operationName?: string): void;
}

/** Operations kept at most; the one that was not used for longest goes first. */
const MAX_KEPT = 500;
/** A longer document is likely one of a kind, its values written into it: not worth its memory, in UTF-16 units. */
const MAX_KEPT_LENGTH = 4_096;

export function createOperationCache(): OperationCache {
  const kept = new RecentMap<string, PreparedOperation>(MAX_KEPT);
  const known: OperationCache['known'] = (query, operationName) => kept.get(keyOf(query, operationName));
  const keep = (
    query: string,
    operationName: string | undefined,
    prepared: PreparedOperation | undefined,
  ) => {
    const key = keyOf(query, operationName);
    if (prepared && key.length <= MAX_KEPT_LENGTH) kept.set(key, prepared);
  };
  return {
    known,
    prepare: (query, operationName) => {
      const found = known(query, operationName);
      if (found) return found;
      const prepared = prepare(query, operationName);
      keep(query, operationName, prepared);
      return prepared;
    },
    trust: (query, operationName) => {
      if (query.length <= MAX_KEPT_LENGTH) keep(query, operationName, prepareTrusted(query, operationName));
    },
  };
}

/** An operation of our own, the only one in its document. Throws where it is not valid or past the limits. */
export function prepareValid(query: string): PreparedOperation {
  const prepared = prepare(query);
  if (!prepared) throw new Error(`This is no valid operation: ${query}`);
  return prepared;
}

/** No name holds a NUL, so no two pairs share a key. */
function keyOf(query: string, operationName: string | undefined): string {
  return operationName === undefined ? query : `${operationName}\0${query}`;
}

function prepare(query: string, operationName?: string): PreparedOperation | undefined {
  const document = parseKnown(query);
  return document && validateBounded(document).length === 0
    ? pickOperation(document, operationName)
    : undefined;
}

/** It was validated by another thread. */
function prepareTrusted(query: string, operationName?: string): PreparedOperation | undefined {
  const document = parseKnown(query);
  return document && pickOperation(document, operationName);
}

function pickOperation(document: DocumentNode, operationName?: string): PreparedOperation | undefined {
  const operation = getOperationAST(document, operationName);
  return operation ? { document, operation, size: measureOperation(document, operation) } : undefined;
}

function parseKnown(query: string): DocumentNode | undefined {
  try {
    return parseBounded(query);
  } catch {
    return undefined;
  }
}
