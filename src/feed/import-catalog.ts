/** Takes a supplier's catalog in from CSV. */
import type { Readable } from 'node:stream';
import type { Catalog, SaveCounts } from '../domain/catalog.ts';
import { readHeader, readRows, type Header } from './catalog-columns.ts';
import { readCsv } from './csv.ts';
import { createFindings } from './findings.ts';

export interface ImportOptions {
  /** Called once the header is good, before the first row is saved; says whether the supplier is new. */
  readonly begin?: () => Promise<boolean>;
  /** Takes what is to be said of a row or a new supplier, as one line without its end. */
  readonly report?: (line: string) => void;
  /** Called after each chunk with the rows read so far. */
  readonly onProgress?: (rows: number) => void;
  /** When aborted, the import ends after the chunk in hand. */
  readonly stop?: AbortSignal;
}

/** Takes a catalog in, row by row in bounded memory; `begin` may create the supplier. Throws what is not the file's fault. */
export async function importCatalog(
  catalog: Catalog,
  supplierId: string,
  source: Readable,
  { begin, report = () => undefined, onProgress, stop }: ImportOptions = {},
): Promise<ImportSummary> {
  const origin = { supplierId, actor: 'import skus' };
  const findings = createFindings(report);
  const counts = { created: 0, updated: 0, unchanged: 0 };
  let header: Header | undefined;
  let read = 0;
  let end: string | null = null;
  for await (const { rows, fault } of readCsv(source)) {
    end = stop?.aborted ? `Stopped before line ${rows[0]?.line}. Run it again to take in the rest.` : fault;
    if (stop?.aborted) break;
    if (!header) {
      const found = readHeader(rows.shift(), fault);
      if (typeof found === 'string') {
        end = found;
        break;
      }
      header = found;
      if (await begin?.()) report(`created supplier ${supplierId}`);
    }
    const proved = readRows(header, rows, findings);
    const saved = await catalog.save(origin, proved);
    for (const outcome of ['created', 'updated', 'unchanged'] as const) counts[outcome] += saved[outcome];
    read += rows.length;
    onProgress?.(read);
  }
  findings.finish();
  return { ...counts, read, refused: findings.refused, fault: end };
}

/** What an import did. */
export interface ImportSummary extends SaveCounts {
  /** Rows read, good or bad. */
  readonly read: number;
  /** Bad rows, left out. */
  readonly refused: number;
  /** Why the import ended before the file did, as one line; null when it did not. What comes before that is in. */
  readonly fault: string | null;
}
