/** `stockgate import skus`: takes a supplier's catalog in from CSV. */
import { open } from 'node:fs/promises';
import { createCatalog, refreshStatistics } from '../db/catalog.ts';
import { openStore } from '../db/store/open-store.ts';
import { saveSupplier } from '../db/suppliers.ts';
import { importCatalog } from '../feed/import-catalog.ts';
import { readOptions, type Io, type Option } from './command.ts';
import { database, supplierName } from './settings.ts';
import { createTerminal } from './terminal.ts';

/** From so many rows on PostgreSQL's statistics are refreshed. */
const LARGE_IMPORT_ROWS = 10_000;

const options = { database, supplier: { schema: supplierName } } satisfies Record<string, Option>;

/** Imports the file; returns 1 when a row was refused or the file was not read to its end. Throws when it cannot be opened. */
export async function importSkus(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(options, ['FILE.csv'], args, io.env);
  await using file = await open(positionals[0] ?? '');
  const store = await openStore(values.database);
  try {
    const { clock, stop } = io;
    const { report, onProgress, finish } = createTerminal(io);
    const source = file.createReadStream();
    const catalog = createCatalog(store, clock);
    const begin = () => saveSupplier(store, values.supplier, clock());
    const summary = await importCatalog(catalog, values.supplier, source, {
      begin,
      report,
      onProgress,
      stop,
    });
    if (summary.read >= LARGE_IMPORT_ROWS) await refreshStatistics(store);
    finish(summary);
    return summary.refused > 0 || summary.fault !== null ? 1 : 0;
  } finally {
    await store.close();
  }
}
