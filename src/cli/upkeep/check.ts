/** `stockgate check`: checks that the rows of a store fit together. */
import { checkDatabase, type CheckReport, type Finding } from '../../db/upkeep/check.ts';
import { database } from '../options/settings.ts';
import { PROGRAM, readOptions, type Command } from '../options/command.ts';
import { format, plural } from '../../feed/counts.ts';

/** The command `check`. The exit code is 1 if there is a finding. */
export const checkCommand: Command = {
  help: `Usage: ${PROGRAM} check [--database URL]

Checks a store as it is at one moment. The store may be in use. The check only reads: it creates no database and migrates none.
On PostgreSQL and SQLite:
  each SKU is as its last change left it: quantities, restriction, version; without a change it is at version 0
  each SKU's changes are one list: no version is missing or given twice, and each begins where the one before it ended
  each supplier's changes have the positions 1, 2, 3, ... up to its last, or those past the horizon of its log if it was pruned
  each code and each change is of a SKU that exists
and on SQLite first the file itself (integrity_check, foreign_key_check). SQLite's log grows by what is written meanwhile; where
no gateway runs, an empty PATH-wal and a PATH-shm may stay, which the next one takes away.

  --database URL   sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

Prints each kind of problem with its count and some examples. The exit code is 1 if there is any.
`,
  run: async (args, io) => {
    const { values } = readOptions({ database }, [], args, io.env);
    const report = await checkDatabase(values.database);
    if (report.findings.length > 0) {
      io.out(describeFindings(report.findings));
      return 1;
    }
    io.out(`No problem in ${describeCounts(report)}.\n`);
    return 0;
  },
};

/** The findings as lines of text: one for each kind of problem, and under it one for each example. */
export function describeFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ problem, count, examples }) => [
    `${problem}: ${format(count)}`,
    ...examples.map(({ supplier_id, sku_id, what }) => {
      const name = [supplier_id, sku_id && `SKU ${sku_id}`].filter(Boolean).join(', ');
      return `  ${name && `${name}: `}${what}`;
    }),
    ...(count > examples.length ? ['  ...'] : []),
  ]);
  // Stored text could hold control characters, which must not reach a terminal.
  return lines.map((line) => `${line.replace(/\p{C}/gu, '?')}\n`).join('');
}

/** The numbers of rows that were checked: `2 suppliers, 1,234 SKUs, 2,468 codes and 99 changes`. */
export function describeCounts({ suppliers, skus, codes, changes }: CheckReport): string {
  const parts = [plural(suppliers, 'supplier'), plural(skus, 'SKU'), plural(codes, 'code')];
  return `${parts.join(', ')} and ${plural(changes, 'change')}`;
}
