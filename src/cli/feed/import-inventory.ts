/** `stockgate import inventory`: sets the inventory of many SKUs from a file, as one group of changes. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { createInventory } from '../../db/inventory.ts';
import { withStore } from '../../db/store/open-store.ts';
import { describeHeld, feedModes } from '../../domain/feed.ts';
import { MAX_REASON_LENGTH, MAX_URI_LENGTH } from '../../domain/update.ts';
import { format, plural } from '../../feed/counts.ts';
import { importInventory, type Feed, type FeedResult } from '../../feed/inventory/import-inventory.ts';
import { createFileReader } from '../../feed/inventory/inventory-file.ts';
import { openRejectedFile, type RejectedFile } from '../../feed/inventory/rejected-file.ts';
import { FileFault } from '../../feed/row.ts';
import {
  createTerminal,
  PROGRAM,
  readOptions,
  UsageError,
  type Io,
  type Option,
  type Progress,
} from '../options/command.ts';
import { boolean, database, supplierName } from '../options/settings.ts';
import { requireSupplier } from '../options/require-supplier.ts';

const ZEROING = 'Give a number of SKUs, 0 or more.';
const REASON = `Give one line of at most ${MAX_REASON_LENGTH} characters.`;
const REFERENCE = `Give a URI of at most ${MAX_URI_LENGTH} characters, such as https://erp.example.com/counts/17.`;

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
  reason: {
    schema: z
      .string()
      .max(MAX_REASON_LENGTH, REASON)
      .regex(/^\P{C}+$/u, REASON)
      .optional(),
  },
  reference: { schema: z.url(REFERENCE).max(MAX_URI_LENGTH, REFERENCE).optional() },
  'dry-run': { type: 'boolean', schema: boolean },
  'allow-zeroing': { schema: z.coerce.number(ZEROING).int(ZEROING).min(0, ZEROING).optional() },
  rejected: { schema: z.string().min(1).optional() },
  json: { type: 'boolean', schema: boolean },
} satisfies Record<string, Option>;

/** The part of the help of `import` that tells of inventory files. */
export const inventoryHelp = `inventory sets quantities, restrictions and dates of SKUs that the catalog has. FILE is CSV or an .xlsx workbook. It is read twice:
first as a whole, without storing anything, and then to apply it. Its first row names the columns, in any order and case:
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
  --rejected FILE        write the rejected rows to this CSV file, in place of what it holds. Correct them there, and import it.
                         If no row is rejected there is no such file
  --as-of TIME           the same for all rows without one
  --sheet NAME           the sheet of a workbook (default the first one that is not hidden)
  --reason TEXT, --reference URI
                         recorded with each change
  --json                 print the report as one JSON object
Exit codes: 0 all rows are in, 1 some were rejected, 2 bad usage or file, 3 not applied, because too much would go to 0.`;

const exitCodes = { allIn: 0, someRejected: 1, badFile: 2, held: 3 };

/** Imports the file. Resolves to one of `exitCodes`. */
export async function importInventoryFile(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(options, ['FILE'], args, io.env);
  const path = positionals[0] ?? '';
  await requireFile(path);
  const { report, showProgress, endProgress } = createTerminal(io);
  await using rejected = await openRejected(values.rejected, path);
  // Awaited here: what `using` holds is disposed of when this function returns.
  return await withStore(values.database, async (store) => {
    const feed: Feed = {
      supplierId: await requireSupplier(store, values.supplier).catch(toUsageError),
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
    try {
      const result = await importInventory(inventory, feed, createFileReader(path, values), {
        onHead: (head) => {
          rejected?.begin(head);
          if (head.ignored.length > 0)
            report([`Ignored: ${head.ignored.join(', ')}.`, ...head.hints].join(' '));
        },
        onRejected: async (rows) => rejected?.write(rows),
        onProgress: createOnProgress(showProgress),
        stop: io.stop,
      });
      endProgress();
      io.out(
        values.json
          ? `${JSON.stringify({ ...result.report, held: result.isHeld })}\n`
          : describe(result, values.supplier),
      );
      if (result.isHeld) report(describeBrake(result));
      return exitCodeOf(result);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      report(`${path}: ${error.message} Nothing was imported.`);
      return exitCodes.badFile;
    } finally {
      await inventory.close();
    }
  });
}

/** The first reading counts the rows. So the second can say how much is left. */
function createOnProgress(show: (rows: number, noun: string, progress: Progress) => void) {
  let rowsRead = 0;
  return (state: 'READING' | 'APPLYING', rows: number): void => {
    if (state === 'APPLYING') return show(rows, 'row', { verb: 'applied', total: rowsRead });
    rowsRead = rows;
    show(rows, 'row', { verb: 'read' });
  };
}

/** Opens it before anything is stored. */
async function openRejected(path: string | undefined, source: string): Promise<RejectedFile | null> {
  if (path === undefined) return null;
  if (resolve(path) === resolve(source))
    throw new UsageError('--rejected would overwrite the file that is imported. Give it another name.');
  return openRejectedFile(path).catch((error: unknown) => {
    throw new UsageError(`--rejected: "${path}" cannot be written: ${String(error)}`);
  });
}

/** A mistyped supplier is bad usage, not a rejected row. */
function toUsageError(error: unknown): never {
  throw new UsageError(error instanceof Error ? error.message : String(error));
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
function describe({ report, counts, isStored, isStopped }: FeedResult, supplier: string): string {
  const { rows, applied, unchanged, stale, rejected, zeroed, groupId, problems } = report;
  const lines = [
    ...problems.map(({ line, code, message }) => `line ${line}: ${code}: ${message}`),
    ...(rejected > problems.length ? [`... and ${format(rejected - problems.length)} more`] : []),
    isStored ? plural(rows, 'row') : `${plural(rows, 'row')}, nothing stored`,
    `  ${format(applied)} ${isStored ? 'applied' : 'would be applied'}`,
    `  ${format(unchanged)} unchanged`,
    `  ${format(stale)} stale`,
    `  ${format(rejected)} rejected${counts.causes.map(([code, count]) => `, ${format(count)} ${code}`).join('')}`,
    `${plural(zeroed, 'SKU')} ${isStored ? 'went' : 'would go'} to 0 in stock`,
    `Units in stock of these SKUs: ${format(counts.unitsBefore)} before, ${format(counts.unitsAfter)} after`,
    ...(isStopped
      ? [`Stopped before the end.${isStored ? ' Import the file again to take in the rest.' : ''}`]
      : []),
    ...(groupId === null
      ? []
      : [`Group: ${groupId}`, `Undo: ${PROGRAM} import undo ${groupId} --supplier ${supplier}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
