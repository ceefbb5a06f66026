/** How an import's progress and outcome are told to a person. */
import { format, plural } from '../feed/counts.ts';
import type { ImportSummary } from '../feed/import-catalog.ts';
import type { Io } from './command.ts';

/** Says to a person what happens; its functions take lines without their ends. */
export function createTerminal({ err, interactive }: Io) {
  // Progress stays on the last line, which the next text takes over.
  const start = interactive ? '\r\x1b[K' : '';
  const startMs = performance.now();
  const report = (line: string) => err(`${start}${line}\n`);
  return {
    report,
    onProgress: (rows: number) => {
      const elapsedMs = Math.max(1, performance.now() - startMs);
      const rate = Math.round((rows / elapsedMs) * 1000);
      if (interactive) err(`${start}${format(rows)} rows, ${format(rate)} a second`);
    },
    /** `1,234 SKUs: 1,000 created, 200 updated, 34 unchanged, 2 rows refused` */
    finish: ({ created, updated, unchanged, refused, fault }: ImportSummary) => {
      const parts = `${format(created)} created, ${format(updated)} updated, ${format(unchanged)} unchanged`;
      if (fault !== null) report(fault);
      report(`${plural(created + updated + unchanged, 'SKU')}: ${parts}, ${plural(refused, 'row')} refused`);
    },
  };
}
