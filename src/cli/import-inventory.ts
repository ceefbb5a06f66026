/** `stockgate import inventory`: sets the inventory of many SKUs from a file, as one group of changes. */
import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { createInventory } from '../db/inventory.ts';
import { withStore } from '../db/store/open-store.ts';
import { describeHeld, feedModes } from '../domain/feed.ts';
import { format, plural } from '../feed/counts.ts';
import { importInventory, type Feed, type FeedResult } from '../feed/inventory/import-inventory.ts';
import { readInventoryFile, type FileHead } from '../feed/inventory/inventory-file.ts';
import { createRejectedRows, type RejectedRowsFormat } from '../feed/inventory/rejected-rows.ts';
import { FileFault } from '../feed/row.ts';
import { createTerminal, PROGRAM, readOptions, UsageError, type Io, type Option } from './command.ts';
import { boolean, database, supplierName } from './settings.ts';
import { requireSupplier } from './supplier.ts';

const MAX_TEXT_LENGTH = 1_000;
const ZEROING = 'Give a number of SKUs, 0 or more.';
const text = z.string().min(1, 'Give some text.').max(MAX_TEXT_LENGTH, 'Give 1,000 characters at most.');

const options = {
  database,
  supplier: { schema: supplierName },
  mode: { schema: z.enum(feedModes, `Give ${feedModes.join(' or ')}.`).default('delta') },
  sheet: { schema: z.string().min(1).optional() },
  'as-of': {
    schema: z.iso
      .datetime({ offset: true, error: 'Give a time with its offset, such as 2026-11-29T18:00:00+01:00.' })
      .transform((time) => new Date(time).toISOString())
      .optional(),
  },
  reason: { schema: text.optional() },
  reference: {
    schema: z.url('Give a URI, such as https://erp.example.com/counts/17.').max(2_048).optional(),
  },
  'dry-run': { type: 'boolean', schema: boolean },
  'allow-zeroing': { schema: z.coerce.number(ZEROING).int(ZEROING).min(0, ZEROING).optional() },
  rejected: { schema: z.string().min(1).optional() },
  json: { type: 'boolean', schema: boolean },
} satisfies Record<string, Option>;

/** The part of the help of `import` that tells of inventory files. */
export const inventoryHelp = `inventory sets quantities and restrictions of SKUs that the catalog has, from a CSV file or an .xlsx workbook. The file is read twice:
first as a whole, without storing anything, and then it is applied. Its first row names the columns, in any order and case:
  sku_id, upca, ean13, gtin14, isbn
                         which SKU; at least one. If a row has several, all must be the SKU's own
  quantity_in_stock, quantity_on_backorder
                         0 to 2147483647
  backorder_date         when these units are expected, such as 2026-12-24, or - to clear it; needed where a row raises or sets
                         units on backorder and the SKU has no date yet
  restrictions           discontd, tmpunavail, or none to lift a restriction
  version                as exported: the row is rejected if the SKU was changed since
  as_of                  when the row was true, with an offset, such as 2026-11-29T18:00:00+01:00: what is stored and newer stays
Other columns are ignored. An empty cell leaves the field as it is. A bad row is left out, and the others are applied.

  --supplier NAME        whose inventory it is
  --mode delta|full      full: SKUs that the file does not name are set to 0 in stock (default delta)
  --dry-run              report what would happen; store nothing
  --allow-zeroing N      let up to N SKUs go to 0 in stock. Without it a file that would empty more than 10 SKUs and more than
                         20 % of those in stock is not applied, nor is one without rows
  --rejected FILE        write the rejected rows to this CSV file. Correct them there, and import the file
  --as-of TIME           the same for all rows without one
  --sheet NAME           the sheet of a workbook (default the first one that is not hidden)
  --reason TEXT, --reference URI
                         recorded with each change
  --json                 print the report as one JSON object
Exit codes: 0 all rows are in, 1 some were rejected, 2 bad usage or file, 3 not applied, because too much would go to 0.`;

const exitCodes = { allIn: 0, someRejected: 1, badFile: 2, held: 3 };

/** Imports the file. Resolves to 0 all in, 1 some rows rejected or stopped, 2 bad file, 3 the brake held. */
export async function importInventoryFile(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(options, ['FILE'], args, io.env);
  const path = positionals[0] ?? '';
  await requireFile(path);
  if (values.rejected !== undefined && resolve(values.rejected) === resolve(path))
    throw new UsageError('--rejected would overwrite the file that is imported. Give it another name.');
  const terminal = createTerminal(io);
  return withStore(values.database, async (store) => {
    const feed: Feed = {
      supplierId: await requireSupplier(store, values.supplier),
      actor: 'import inventory',
      mode: values.mode,
      dryRun: values['dry-run'],
      allowZeroing: values['allow-zeroing'] ?? null,
      asOf: values['as-of'] ?? null,
      reason: values.reason ?? null,
      referenceDocumentUri: values.reference ?? null,
      groupId: randomUUID(),
    };
    const inventory = createInventory(store, io.clock);
    const rejected = createRejectedFile(values.rejected);
    try {
      const result = await importInventory(inventory, feed, () => readInventoryFile(path, values), {
        onHead: (head) => {
          rejected.begin(head);
          if (head.ignored.length > 0) terminal.report(`Ignored: ${head.ignored.join(', ')}.`);
        },
        onRejected: (row) => rejected.write(row),
        onProgress: (state, rows) =>
          terminal.showProgress(rows, state === 'READING' ? 'row read' : 'row applied'),
        stop: io.stop,
      });
      if (values.json) io.out(`${JSON.stringify(result.report)}\n`);
      else io.out(describe(result, values.supplier));
      if (result.isHeld) terminal.report(describeBrake(result));
      return exitCodeOf(result);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      terminal.report(`${path}: ${error.message} Nothing was imported.`);
      return exitCodes.badFile;
    } finally {
      await rejected.close();
      await inventory.close();
    }
  });
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UsageError(`"${path}" is no file that can be read.`);
}

function exitCodeOf({ isHeld, isStopped, report }: FeedResult): number {
  if (isHeld) return exitCodes.held;
  return report.rejected > 0 || isStopped ? exitCodes.someRejected : exitCodes.allIn;
}

function describeBrake({ zeroing }: FeedResult): string {
  return `${describeHeld(zeroing)} Nothing was imported. If that is right, allow it: --allow-zeroing ${zeroing.zeroed}`;
}

/** The report for a person. */
function describe({ report, counts, isHeld, isStopped }: FeedResult, supplier: string): string {
  const { rows, applied, unchanged, stale, rejected, zeroed, groupId, problems } = report;
  const isStored = !report.dryRun && !isHeld;
  const lines = [
    ...problems.map(({ line, code, message }) => `line ${line}: ${code}: ${message}`),
    ...(rejected > problems.length ? [`... and ${format(rejected - problems.length)} more`] : []),
    isStored ? plural(rows, 'row') : `${plural(rows, 'row')}, nothing stored`,
    `  ${format(applied)} ${isStored ? 'applied' : 'would be applied'}`,
    `  ${format(unchanged)} unchanged`,
    `  ${format(stale)} stale`,
    `  ${format(rejected)} rejected${counts.causes.map(([code, count]) => `, ${format(count)} ${code}`).join('')}`,
    `${plural(zeroed, 'SKU')} ${isStored ? 'went' : 'would go'} to 0 in stock`,
    `Units in stock of these SKUs: ${format(counts.units.before)} before, ${format(counts.units.after)} after`,
    ...(isStopped ? ['Stopped before the end of the file. Import it again to take in the rest.'] : []),
    ...(groupId === null
      ? []
      : [`Group: ${groupId}`, `Undo: ${PROGRAM} import undo ${groupId} --supplier ${supplier}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

interface RejectedFile {
  begin(head: FileHead): void;
  write(row: Parameters<RejectedRowsFormat['format']>[0]): void;
  /** Resolves once all is in the file. */
  close(): Promise<void>;
}

/** Comes into being with the first rejected row. Without a path, rejected rows are only counted. */
function createRejectedFile(path: string | undefined): RejectedFile {
  let rows: RejectedRowsFormat | undefined;
  let file: WriteStream | undefined;
  return {
    begin: ({ header, delimiter }) => (rows = createRejectedRows(header, delimiter)),
    write: (row) => {
      if (path === undefined || !rows) return;
      if (!file) {
        file = createWriteStream(path);
        file.write(rows.head);
      }
      file.write(rows.format(row));
    },
    close: async () => {
      if (!file) return;
      file.end();
      await finished(file);
    },
  };
}
