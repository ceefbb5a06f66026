/** Imports a supplier's catalog from CSV. */
import type { Catalog, ImportOrigin, SaveCounts } from '../../domain/catalog.ts';
import { checkRows, isCatalogColumn, readHeader, type Header } from './catalog-columns.ts';
import { findEncoding } from '../csv/encoding.ts';
import { readCsv } from '../csv/read-csv.ts';
import type { CsvRow } from '../csv/csv-scanner.ts';
import { createFindings } from '../findings.ts';
import { FileFault } from '../row.ts';

export interface ImportOptions {
  /** The same bytes once more: they are read first, to find out how they are encoded. Without them only a byte order mark tells. */
  readonly probe?: AsyncIterable<Uint8Array>;
  /** What the changes of the inventory have in common; null: nothing. */
  readonly groupId?: string | null;
  /** Receives a finding about a row as one line, without the line's end. */
  readonly report?: (line: string) => void;
  /** Called after each chunk with the rows read so far. */
  readonly onProgress?: (rows: number) => void;
  /** When aborted, the import ends after the chunk in hand. */
  readonly stop?: AbortSignal;
}

/** Imports a catalog chunk by chunk, in bounded memory. Throws every error that is not the file's fault. */
export async function importCatalog(
  catalog: Catalog,
  supplierId: string,
  source: AsyncIterable<Uint8Array>,
  { groupId = null, probe, report = () => undefined, onProgress, stop }: ImportOptions = {},
): Promise<ImportSummary> {
  const origin: ImportOrigin = { supplierId, actor: 'import skus', groupId };
  const findings = createFindings(report);
  const counts = { created: 0, updated: 0, unchanged: 0, changes: 0 };
  let header: Header | undefined;
  let read = 0;
  let end: string | null = null;
  for await (const { rows, fault } of readPieces(readRows(source, probe, report))) {
    end = stop?.aborted && rows[0] ? describeStop(rows[0].line) : fault;
    if (stop?.aborted) break;
    if (!header) {
      const found = readHeader(rows.shift(), fault);
      if (typeof found === 'string') {
        end = found;
        break;
      }
      header = found;
    }
    const saved = await catalog.save(origin, checkRows(header, rows, findings));
    for (const count of Object.keys(counts) as (keyof SaveCounts)[]) counts[count] += saved[count];
    read += rows.length;
    onProgress?.(read);
  }
  findings.finish();
  return { ...counts, read, refused: findings.refused, fault: end };
}

/** The rows; at last why the file cannot be read to its end, or null. A catalog's rows before that are worth saving. */
async function* readPieces(
  pieces: AsyncGenerator<CsvRow[], void>,
): AsyncGenerator<{ rows: CsvRow[]; fault: string | null }, void> {
  for (;;) {
    const next = await pieces.next().catch(describeFault);
    if (typeof next === 'string' || next.done) {
      yield { rows: [], fault: typeof next === 'string' ? next : null };
      return;
    }
    yield { rows: next.value, fault: null };
  }
}

async function* readRows(
  source: AsyncIterable<Uint8Array>,
  probe: AsyncIterable<Uint8Array> | undefined,
  report: (line: string) => void,
): AsyncGenerator<CsvRow[], void> {
  const encoding = probe && (await findEncoding(probe));
  // A single wrong byte in UTF-8 also leads here, and would then spoil every accent without a word.
  if (encoding === 'windows-1252')
    report('The file is not UTF-8. It is read as Windows-1252: look whether its accents are right.');
  yield* readCsv(source, { isColumn: isCatalogColumn, encoding });
}

/** What is wrong with the file, as one line. Throws every error that is not the file's fault. */
function describeFault(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  // The system's errors about a file have a code.
  if (error instanceof Error && 'code' in error) return `The file cannot be read: ${error.message}.`;
  throw error;
}

function describeStop(line: number): string {
  return `Stopped before line ${line}. Run it again to take in the rest.`;
}

/** What an import did. */
export interface ImportSummary extends SaveCounts {
  /** Rows read, good or bad. */
  readonly read: number;
  /** Bad rows, left out. */
  readonly refused: number;
  /** Why the import ended before the file did, as one line; null when it did not. Rows before that are saved. */
  readonly fault: string | null;
}
