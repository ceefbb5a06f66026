/** The doors by which changes come in, as the board calls them. */
import type { BoardChange } from '../api/change-documents.ts';

export type Source = BoardChange['source'];

export const sources = {
  GRAPHQL: 'Board or dashboard',
  REST: 'Script (REST)',
  REST_BULK: 'Script (REST, many at once)',
  IMPORT: 'Catalog import',
  FEED: 'Inventory file',
  REVERT: 'Undo',
} as const satisfies Record<Source, string>;
