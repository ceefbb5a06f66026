/** `stockgate copy`: copies a store into an empty one, such as from SQLite to PostgreSQL. */
import { copyStore, type CopyResult } from '../../db/upkeep/copy.ts';
import { openStore } from '../../db/store/open-store.ts';
import { copyOptions } from '../options/settings.ts';
import { PROGRAM, readOptions, type Command } from '../options/command.ts';
import { plural } from '../../feed/counts.ts';

/** The command `copy`. The exit code is 1 if the source recorded changes during the copy. */
export const copyCommand: Command = {
  help: `Usage: ${PROGRAM} copy --from URL --to URL

Copies all that a store holds (suppliers, tokens, SKUs, codes, changes, idempotency keys) into another that holds nothing, in
one transaction: from SQLite to PostgreSQL when one machine is not enough, or back. Before the transaction is committed, every row
is read back and compared, and the copy is looked through as by \`check\`; otherwise nothing is copied.

Stop the gateways that write to the source first. The copy is of the moment at which it begins: what is written to the source
after that is not in it. Changes of the inventory that came after are counted, and make the exit code 1.

  --from URL   sqlite:PATH or postgres://USER@HOST/NAME; it must have the present schema
  --to URL     the same; it must have no suppliers, and is brought to the present schema
`,
  run: async (args, io) => {
    const { values } = readOptions(copyOptions, [], args, io.env);
    const source = await openStore(values.from, { readOnly: true });
    try {
      const target = await openStore(values.to);
      try {
        io.err(
          'Copying. What is written to the source from here on is not copied: its gateways should be stopped.\n',
        );
        const { rows, missed } = await copyStore(source, target, io.stop);
        io.out(`Copied and compared ${describeRows(rows)}.\n`);
        if (missed === 0) return 0;
        io.err(
          `The source went on meanwhile: ${plural(missed, 'change')} of it since are not in the copy.\n`,
        );
        return 1;
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  },
};

function describeRows(rows: CopyResult['rows']): string {
  return [
    plural(rows.supplier, 'supplier'),
    plural(rows.token, 'token'),
    plural(rows.sku, 'SKU'),
    plural(rows.sku_code, 'code'),
    plural(rows.inventory_change, 'change'),
    plural(rows.idempotency_key, 'idempotency key'),
  ].join(', ');
}
