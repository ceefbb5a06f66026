/** The type `InventoryFeed`: an inventory file that was handed in, and what became of it. */
import {
  feedModes,
  feedStates,
  type FeedMode,
  type FeedRefusal,
  type FeedState,
  type FeedSummary,
  type StoredFeed,
} from '../../domain/feed.ts';
import { builder } from '../builder/builder.ts';
import { enumValues } from '../builder/enum-values.ts';

const stateDescriptions: Record<FeedState, string> = {
  QUEUED: 'It waits for its turn.',
  READING: 'It is read and judged as a whole. Nothing is stored yet.',
  APPLYING: 'Its rows are applied.',
  DONE: 'It has ended. The report says what became of its rows.',
  REFUSED: 'It has ended, and nothing was stored: `refusal` says why.',
  FAILED:
    'It ended early through a fault of the gateway. What was applied until then can be undone as one group.',
};

const State = builder.enumType('InventoryFeedState', {
  description: 'How far a feed has come.',
  values: enumValues(feedStates, stateDescriptions),
});

const modeDescriptions: Record<FeedMode, string> = {
  delta: 'SKUs that the file does not name stay as they are.',
  full: 'SKUs that the file does not name are set to 0 in stock.',
};

const Mode = builder.enumType('InventoryFeedMode', {
  description: 'What a file says of SKUs that it does not name.',
  // TypeScript types the keys of fromEntries as any string. The list has every mode.
  values: Object.fromEntries(
    feedModes.map((value) => [value.toUpperCase(), { value, description: modeDescriptions[value] }]),
  ) as Record<Uppercase<FeedMode>, { value: FeedMode; description: string }>,
});

const Report = builder.objectRef<FeedSummary>('InventoryFeedReport').implement({
  description:
    'What a feed did; for a dry run or a feed that was held, what it would have done. Each row is applied, unchanged, stale or rejected.',
  fields: (t) => ({
    rows: t.exposeInt('rows', { description: 'Rows of the file.' }),
    applied: t.exposeInt('applied', { description: 'Rows that change their SKU.' }),
    unchanged: t.exposeInt('unchanged', { description: 'Rows whose SKU was so already.' }),
    stale: t.exposeInt('stale', { description: 'Rows older than what is stored. They are left out.' }),
    rejected: t.exposeInt('rejected', {
      description: 'Rows that are left out for a mistake. `GET /feeds/inventory/ID/rejected.csv` has them.',
    }),
    zeroed: t.exposeInt('zeroed', { description: 'SKUs that go from stock to 0, named or left out.' }),
  }),
});

const Refusal = builder.objectRef<FeedRefusal>('InventoryFeedRefusal').implement({
  description: 'Why a feed stored nothing, or ended early.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'For programs: `ZEROING_HELD`, `FILE_UNREADABLE` or `INTERNAL_SERVER_ERROR`.',
    }),
    message: t.exposeString('message', { description: 'What is wrong, and what to do.' }),
    allowZeroing: t.int({
      nullable: true,
      description: 'With `ZEROING_HELD`: the number that lets the file through as it is.',
      resolve: ({ allowZeroing }) => allowZeroing ?? null,
    }),
  }),
});

/** The type `InventoryFeed`. */
export const InventoryFeed = builder.objectRef<StoredFeed>('InventoryFeed');

builder.node(InventoryFeed, {
  description:
    'An inventory file that was handed in over HTTP or dropped in a watched folder. It is kept for 30 days after its end.',
  id: { resolve: ({ feedId }) => feedId, description: 'The global ID, for `Query.node`.' },
  loadOne: (feedId, { caller, feeds }) => (isFeedId(feedId) ? feeds.find(caller.supplierId, feedId) : null),
  fields: (t) => ({
    feedId: t.exposeString('feedId', {
      description: 'The ID at `/feeds/inventory/ID`, which `POST /feeds/inventory` answers as `id`.',
    }),
    state: t.expose('state', { type: State, description: 'How far it has come.' }),
    filename: t.exposeString('filename', { nullable: true, description: 'As its sender names the file.' }),
    mode: t.expose('mode', { type: Mode, description: 'What it says of SKUs that it does not name.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether it decides every row and stores nothing.' }),
    actor: t.exposeString('actor', {
      description: 'The name of the token that handed it in, or `watched folder`.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Recorded with each change.' }),
    referenceDocumentUri: t.exposeString('referenceDocumentUri', {
      nullable: true,
      description: 'Recorded with each change.',
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      description: 'When the rows were true that say nothing of it themselves.',
    }),
    rowsRead: t.exposeInt('rowsRead', { description: 'Rows that were judged so far.' }),
    rowsDone: t.exposeInt('rowsDone', { description: 'Rows that were applied or left out so far.' }),
    report: t.expose('report', { type: Report, nullable: true, description: 'Null until the end.' }),
    refusal: t.expose('refusal', {
      type: Refusal,
      nullable: true,
      description: 'Why nothing was stored, or why it ended early.',
    }),
    groupId: t.string({
      nullable: true,
      description:
        'Shared by all its changes, for `inventoryChanges` and `revertInventoryChanges`. Null if it stored none.',
      resolve: ({ state, feedId, report }) =>
        state === 'APPLYING' || state === 'FAILED' ? feedId : (report?.groupId ?? null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was handed in.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its turn came.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

/** Whether the text can be the ID of a feed. */
export function isFeedId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
