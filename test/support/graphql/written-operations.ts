/** Every query and mutation that somebody reads or sends: those of the documentation and of the board. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OperationTypeNode, parse, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import * as boardChanges from '../../../src/board/api/change-documents.ts';
import * as board from '../../../src/board/api/documents.ts';
import * as boardWebhooks from '../../../src/board/api/webhook-documents.ts';
import { readPage } from '../../docs/markdown.ts';

export interface WrittenOperation {
  /** Where it stands, and its own name if it has one. */
  readonly name: string;
  readonly query: string;
  readonly operation: OperationDefinitionNode;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

export function writtenOperations(): WrittenOperation[] {
  const pages = ['README.md', ...globSync('{docs,examples}/*.md', { cwd: root }).toSorted()];
  const documented = pages.flatMap((path) => operationsOnPage(path, readFileSync(`${root}${path}`, 'utf8')));
  // At run time a document is its text.
  const shown = Object.entries({ ...board, ...boardChanges, ...boardWebhooks }) as unknown as [
    string,
    string,
  ][];
  return [...documented, ...shown].flatMap(([place, query]) => executable(place, query));
}

/** The GraphQL blocks of a page, and the documents within its commands. */
function operationsOnPage(path: string, text: string): [string, string][] {
  return readPage(path, text).blocks.flatMap(({ language, text: block, line }): [string, string][] => {
    if (language === 'graphql') return [[`${path}:${line}`, block]];
    const sent = Array.from(block.matchAll(/"query": ?("(?:[^"\\]|\\.)*")/g), ([, json = '']) => json);
    return sent.map((json) => [`${path}:${line}`, JSON.parse(json) as string]);
  });
}

/** One way to send it, if it is a document of a single operation that is answered at once. */
function executable(place: string, query: string): WrittenOperation[] {
  const operations = operationsIn(parse(query));
  if (operations.some(({ operation }) => operation === OperationTypeNode.SUBSCRIPTION)) return [];
  const [operation, another] = operations;
  if (!operation || another) throw new Error(`${place} has ${operations.length} operations.`);
  return [{ name: `${place} ${operation.name?.value ?? ''}`.trim(), query, operation }];
}

function operationsIn({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((definition) => definition.kind === 'OperationDefinition');
}
