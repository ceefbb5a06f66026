/** `stockgate import`: takes a supplier's catalog in from a file. */
import { PROGRAM, UsageError, type Command } from './command.ts';

export const importCommand: Command = {
  help: `Usage: ${PROGRAM} import skus FILE.csv --supplier NAME [--database URL]

Takes a supplier's catalog in. Rows are matched by sku_id: what is new is created, what differs is updated, and what the
file does not list stays. Changed quantities and restrictions go into the history. It can be run again at any time.

FILE.csv is UTF-8 with commas and a first line that names the columns, in any order and case:
  sku_id                 needed; the supplier's own code, up to 256 characters
  item_id, title         up to 1,000 characters
  condition              new, used or refurb
  upca, ean13,           as printed, with or without hyphens; a code with a wrong check digit is taken in with a
  gtin14, isbn           warning, and found only as it is spelled
  quantity_in_stock, quantity_on_backorder
                         0 to 2147483647; an empty cell leaves the quantity as it is
  restrictions           discontd, tmpunavail, or empty for none
Other columns are ignored. A column that is not there stays as it is; an empty cell clears it.

  --supplier NAME    whose catalog it is; a supplier of a new name is created
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

A bad row is reported as "line N: reason" and left out; the good ones go in. The exit code is 1 if any was left out.
`,
  run: async ([what, ...args], io) => {
    if (what !== 'skus') throw new UsageError('Give what to import: skus FILE.csv.');
    const { importSkus } = await import('./import-skus.ts');
    return importSkus(args, io);
  },
};
