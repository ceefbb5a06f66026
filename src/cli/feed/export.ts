/** `stockgate export`: writes a supplier's inventory as CSV. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { createListSkus } from '../../db/sku/list-skus.ts';
import { withStore } from '../../db/store/open-store.ts';
import { exportInventory } from '../../feed/inventory/export-inventory.ts';
import {
  chooseAction,
  PROGRAM,
  readOptions,
  type Command,
  type Io,
  type Option,
} from '../options/command.ts';
import { database, supplierName } from '../options/settings.ts';
import { requireSupplier } from '../options/require-supplier.ts';

const delimiters = { comma: ',', semicolon: ';', tab: '\t' } as const;
const delimiterNames = ['comma', 'semicolon', 'tab'] as const;
const options = {
  database,
  supplier: { schema: supplierName },
  delimiter: { schema: z.enum(delimiterNames, 'Give comma, semicolon or tab.').default('comma') },
} satisfies Record<string, Option>;

export const exportCommand: Command = {
  help: `Usage: ${PROGRAM} export inventory --supplier NAME [FILE.csv] [--delimiter NAME] [--database URL]

Writes the supplier's SKUs, sorted by sku_id, with their codes, what an update can set, and their version. Edit the file in a
spreadsheet and import it again (${PROGRAM} import inventory). A row whose SKU was changed since the export is then rejected, so that
nobody's change is lost. Without FILE.csv it is written to standard output. FILE.csv must not exist yet.

  --supplier NAME    whose inventory it is
  --delimiter NAME   comma, semicolon or tab between the cells (default comma). Excel opens semicolons as columns where the comma
                     is the decimal separator
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: async ([action, ...args], io) => chooseAction({ inventory }, action)(args, io),
};

async function inventory(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(options, ['[FILE.csv]'], args, io.env);
  const [path] = positionals;
  return withStore(values.database, async (store) => {
    const supplierId = await requireSupplier(store, values.supplier);
    const delimiter = delimiters[values.delimiter];
    const rows = Readable.from(exportInventory(createListSkus(store), supplierId, {}, delimiter));
    if (path === undefined) await print(rows, io);
    else await writeNew(path, rows, io.stop);
    return 0;
  });
}

async function print(rows: Readable, { output, stop }: Io): Promise<void> {
  try {
    await pipeline(rows, output, { end: false, signal: stop });
  } catch (error) {
    // A reader that stops early (`| head`) is no failure.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

/** A file that is not whole is removed, so that nobody takes it for one. */
async function writeNew(path: string, rows: Readable, stop: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx' });
  await once(file, 'open').catch((error: unknown) => {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw exists
      ? new Error(`${path} exists already, and an export overwrites nothing. Give another name.`)
      : error;
  });
  try {
    await pipeline(rows, file, { signal: stop });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
