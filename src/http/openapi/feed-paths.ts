/** The paths of inventory files in the OpenAPI document. */
import {
  feedFaults,
  feedModes,
  feedStates,
  MAX_PREVIEWED,
  MAX_REPORTED_PROBLEMS,
} from '../../domain/feed.ts';
import { identifierKinds } from '../../domain/identifier.ts';
import { restrictions } from '../../domain/sku.ts';
import { MAX_KEY_LENGTH } from '../../domain/update.ts';
import { EXPORT_PATH, FEEDS_PATH } from '../feed/describe-feed.ts';
import { ExportFilters } from '../feed/export-parameters.ts';
import { FeedParameters } from '../feed/feed-parameters.ts';
import { feedMediaTypes } from '../feed/take-in.ts';
import { edgeStatuses, exact, jsonAnswer, orNull, ref, refusals, type Part } from './answers.ts';
import { queryParameters } from './parameters.ts';

const text: Part = { type: 'string' };
const textOrNull: Part = { type: ['string', 'null'] };
const time: Part = { type: 'string', format: 'date-time' };
const timeOrNull: Part = { type: ['string', 'null'], format: 'date-time' };
const count: Part = { type: 'integer', minimum: 0 };
const boolean: Part = { type: 'boolean' };

export const feedSchemas: Readonly<Record<string, Part>> = {
  FeedRefusal: exact({ message: text, code: text }),
  InventoryState: exact({
    quantityInStock: count,
    quantityOnBackorder: count,
    restrictions: { enum: [...restrictions, null] },
    backorderDate: { type: ['string', 'null'], format: 'date' },
  }),
  FeedReport: exact({
    mode: { enum: feedModes },
    dryRun: boolean,
    rows: count,
    applied: count,
    unchanged: count,
    stale: { ...count, description: 'Rows older than what is stored.' },
    rejected: count,
    zeroed: { ...count, description: 'SKUs that went from stock to 0.' },
    unitsBefore: count,
    unitsAfter: count,
    preview: {
      type: 'array',
      maxItems: MAX_PREVIEWED,
      items: exact({ skuId: text, before: ref('InventoryState'), after: ref('InventoryState') }),
      description: 'The largest changes that a dry run or a held feed would make.',
    },
    groupId: textOrNull,
    ignored: { type: 'array', items: text, description: 'Columns that are not read.' },
    hints: { type: 'array', items: text },
    problems: {
      type: 'array',
      maxItems: MAX_REPORTED_PROBLEMS,
      items: exact({
        line: count,
        code: { type: 'string', examples: feedFaults },
        message: text,
      }),
    },
  }),
  Feed: exact({
    id: { type: 'string', format: 'uuid' },
    state: { enum: feedStates },
    filename: textOrNull,
    mode: { enum: feedModes },
    dryRun: boolean,
    actor: { ...text, description: 'The name of the token that handed the file in.' },
    rowsRead: count,
    rowsDone: count,
    createdAt: time,
    startedAt: timeOrNull,
    finishedAt: timeOrNull,
    refusal: orNull(exact({ code: text, message: text }, { allowZeroing: count })),
    report: orNull(ref('FeedReport')),
    rejectedRows: { ...textOrNull, description: 'The path of the rejected rows.' },
  }),
};

const refused = ref('FeedRefusal');
const security = [{ token: [] }];
const tags = ['Inventory files'];
const location: Part = { Location: { description: 'The path of the feed.', schema: text } };
const id: Part = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
/** Where a status is the feed's own, it is a feed; where the request was refused, a refusal. */
const feedOrRefusal: Part = { oneOf: [ref('Feed'), refused] };

const handIn: Part = {
  operationId: 'handInInventoryFile',
  summary: 'Hand in a CSV file or a workbook that sets the inventory of many SKUs.',
  tags,
  security,
  parameters: [
    ...queryParameters(FeedParameters, {
      mode: '`full`: what SKUs have in stock that the file does not name is set to 0.',
      dryRun: '`true`: decide every row, store nothing.',
      asOf: 'When the rows were true that do not say it themselves: a time with its offset.',
      allowZeroing: 'How many SKUs may go to 0 in stock.',
      reason: 'Recorded with each change.',
      reference: 'A URI, recorded with each change.',
      filename: 'What the file is called where it comes from.',
      sheet: 'The sheet of a workbook. By default the first one that is not hidden.',
    }),
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'The same file and parameters sent again under it give the same feed.',
      schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH, pattern: '^[ -~]+$' },
    },
    {
      name: 'Prefer',
      in: 'header',
      description: 'Waits for the end of the feed, for 30 seconds at most (RFC 7240).',
      schema: text,
      example: 'wait=30',
    },
  ],
  requestBody: {
    required: true,
    content: Object.fromEntries(feedMediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
  },
  responses: {
    ...refusals([408, ...edgeStatuses], refused),
    200: jsonAnswer('The feed is done.', ref('Feed'), { headers: location }),
    202: jsonAnswer('The feed is under way.', ref('Feed'), { headers: location }),
    409: jsonAnswer(
      'The brake holds the file, which would set many SKUs to 0; or the token is a retailer’s.',
      feedOrRefusal,
    ),
    422: jsonAnswer('The file cannot be read, or the key was used for another one.', feedOrRefusal),
  },
};

const reads = (statuses: readonly number[]): Part =>
  refusals([401, 403, 405, 409, 429, 500, 503, 504, ...statuses], refused);
const csv = (description: string): Part => ({ description, content: { 'text/csv': { schema: text } } });

export const feedPaths: Part = {
  [FEEDS_PATH]: { post: handIn },
  [`${FEEDS_PATH}/{id}`]: {
    get: {
      operationId: 'inventoryFile',
      summary: 'What became of a file that was handed in.',
      tags,
      security,
      parameters: [id],
      responses: { 200: jsonAnswer('The feed as it stands.', ref('Feed')), ...reads([404]) },
    },
  },
  [`${FEEDS_PATH}/{id}/rejected.csv`]: {
    get: {
      operationId: 'rejectedRows',
      summary: 'The rows that were rejected, to correct and hand in again.',
      tags,
      security,
      parameters: [id],
      responses: { 200: csv('The rows, with the reason of each.'), ...reads([404]) },
    },
  },
  [EXPORT_PATH]: {
    get: {
      operationId: 'exportInventory',
      summary: 'The inventory as a CSV file that can be edited and handed in.',
      tags,
      security,
      parameters: [
        ...identifierKinds.map((kind) => ({
          name: kind,
          in: 'query',
          description: 'SKUs of this name; may be given several times.',
          schema: { type: 'array', items: text },
        })),
        ...queryParameters(ExportFilters, {
          search: 'SKUs whose title or identifier has this text.',
          restrictions: 'SKUs with this restriction, or with `none`.',
          availability: 'SKUs of this availability.',
          minQuantityInStock: 'SKUs with at least so many units in stock.',
          maxQuantityInStock: 'SKUs with at most so many units in stock.',
          updatedAfter: 'SKUs that were changed after this time.',
        }),
      ],
      responses: { 200: csv('The file.'), ...reads([400]) },
    },
  },
};
