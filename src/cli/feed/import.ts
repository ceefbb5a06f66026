/** `stockgate import`: imports a supplier's catalog or inventory from a file, and undoes imports. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createCatalog, refreshStatistics } from '../../db/catalog.ts';
import { createPreviewCatalog } from '../../db/catalog/preview-catalog.ts';
import { createInventory } from '../../db/inventory.ts';
import { openStore, withStore } from '../../db/store/open-store.ts';
import { format, plural } from '../../feed/counts.ts';
import { importCatalog, type ImportSummary } from '../../feed/catalog/import-catalog.ts';
import { undoImport } from '../../feed/inventory/undo-import.ts';
import {
  chooseAction,
  createTerminal,
  PROGRAM,
  readOptions,
  type Command,
  type Io,
  type Option,
} from '../options/command.ts';
import { importInventoryFile, inventoryHelp } from './import-inventory.ts';
import { boolean, database, supplierName } from '../options/settings.ts';
import { requireSupplier } from '../options/require-supplier.ts';

/** An import of this many rows or more refreshes PostgreSQL's statistics, because its plans would not suit the new sizes. */
const LARGE_IMPORT_ROWS = 10_000;

const options = {
  database,
  supplier: { schema: supplierName },
  'dry-run': { type: 'boolean', schema: boolean },
} satisfies Record<string, Option>;

export const importCommand: Command = {
  help: `Usage: ${PROGRAM} import inventory FILE --supplier NAME [OPTIONS]
       ${PROGRAM} import skus FILE.csv --supplier NAME [--dry-run] [--database URL]
       ${PROGRAM} import undo GROUP_ID --supplier NAME [--database URL]

${inventoryHelp}

skus imports a supplier's catalog. Rows are matched by sku_id: a new SKU is created, one that differs is updated, and a SKU that
the file does not list stays as it is. Changed quantities, restrictions and dates are recorded in the history. You can import a file
again at any time. The supplier must exist: see ${PROGRAM} supplier --help.

FILE.csv is UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Its first line names the columns, in any order and case. Commas, semicolons or tabs separate the cells.
  sku_id                 needed; the supplier's own code, up to 256 characters
  item_id, title         up to 1,000 characters
  condition              new, used or refurb
  upca, ean13,           as printed, with or without hyphens; a code with a wrong check digit is imported with a
  gtin14, isbn           warning, and found only as it is spelled
  quantity_in_stock, quantity_on_backorder
                         0 to 2147483647
  restrictions           discontd, tmpunavail, or none to lift a restriction
  backorder_date         when the units on backorder are expected, such as 2026-11-30
Other columns are ignored. A column that is not there, or an empty cell, leaves the field as it is; a new SKU then has no value
there, or the quantity 0. A cell with one hyphen (-) clears the field. It clears neither sku_id nor a quantity.

  --supplier NAME    whose catalog it is
  --dry-run          say what would be created, updated, left unchanged and refused; store nothing
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

A bad row is reported as "line N: reason" and left out; the good rows are imported. The exit code is 1 if a row was left out.
A deleted SKU that the file lists is created again, and its history goes on.

All changes of an import share a group id, which the command prints at its end. In GraphQL it is the changes' groupId.
undo puts the quantities, restrictions and dates back that the import replaced. A SKU that was changed since, or deleted, stays as it is
and is reported; the exit code is then 1. SKUs that the import created stay, and so do titles, conditions and codes. An undo is
a group of changes too, and can be undone in the same way.
`,
  run: async ([action, ...args], io) =>
    chooseAction({ skus: importSkus, inventory: importInventoryFile, undo }, action)(args, io),
};

/** Imports the file. Resolves to 1 if a row was refused or the file was not read to its end. Rejects if it cannot be opened. */
async function importSkus(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(options, ['FILE.csv'], args, io.env);
  const isDryRun = values['dry-run'];
  const path = positionals[0] ?? '';
  await using file = await open(path);
  const isFile = (await file.stat()).isFile();
  const store = await openStore(values.database, { readOnly: isDryRun });
  try {
    const supplierId = await requireSupplier(store, values.supplier);
    const groupId = randomUUID();
    const { report, showProgress } = createTerminal(io);
    const catalog = isDryRun ? createPreviewCatalog(store) : createCatalog(store, io.clock);
    const summary = await importCatalog(catalog, supplierId, file.createReadStream(), {
      groupId,
      // A pipe can be read only once.
      ...(isFile && { probe: createReadStream(path) }),
      report,
      onProgress: (rows) => showProgress(rows, 'row'),
      stop: io.stop,
    });
    if (!isDryRun && summary.read >= LARGE_IMPORT_ROWS) await refreshStatistics(store);
    if (summary.fault !== null) report(summary.fault);
    report(describe(summary, isDryRun));
    if (!isDryRun && summary.changes > 0) report(describeUndo(groupId, values.supplier));
    return summary.refused > 0 || summary.fault !== null ? 1 : 0;
  } finally {
    await store.close();
  }
}

/** `1,234 SKUs: 1,000 created, 200 updated, 34 unchanged, 2 rows refused` */
function describe({ created, updated, unchanged, refused }: ImportSummary, isDryRun: boolean): string {
  const parts = `${format(created)} created, ${format(updated)} updated, ${format(unchanged)} unchanged`;
  const text = `${plural(created + updated + unchanged, 'SKU')}: ${parts}, ${plural(refused, 'row')} refused`;
  return isDryRun ? `Dry run, nothing is stored. ${text}` : text;
}

/** Undoes an import. Resolves to 1 if a SKU could not be put back, or if the command was stopped. */
async function undo(args: readonly string[], io: Io): Promise<number> {
  const undoOptions = { database, supplier: { schema: supplierName } };
  const { values, positionals } = readOptions(undoOptions, ['GROUP_ID'], args, io.env);
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, values.supplier);
    const undoId = randomUUID();
    const { report, showProgress } = createTerminal(io);
    const inventory = createInventory(store, io.clock);
    try {
      const { putBack, unchanged, refused, left } = await undoImport(
        inventory,
        { supplierId, groupId: positionals[0] ?? '', undoId },
        { report, onProgress: (skus) => showProgress(skus, 'SKU'), stop: io.stop },
      );
      report(
        `${plural(putBack, 'SKU')} put back, ${format(unchanged)} unchanged, ${format(refused)} refused`,
      );
      if (left > 0) report(`Stopped: ${plural(left, 'SKU')} left. Run it again to put them back too.`);
      if (putBack > 0) report(describeUndo(undoId, values.supplier));
      return refused > 0 || left > 0 ? 1 : 0;
    } finally {
      await inventory.close();
    }
  });
}

function describeUndo(groupId: string, supplier: string): string {
  return `Undo: ${PROGRAM} import undo ${groupId} --supplier ${supplier}`;
}
