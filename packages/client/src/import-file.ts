/** Hands in an inventory file, and follows it to its end. */
import { StockgateError } from './errors.ts';
import { failureOf, type Answer } from './failure.ts';
import { newKey } from './graphql.ts';
import type { CallOptions, Outgoing, Transport } from './transport.ts';
import { pause, tiedTo } from './waiting.ts';

/** What a file asks for; docs/feeds.md explains each. */
export interface ImportOptions extends CallOptions {
  /** How the file is called; a `File` has a name already. */
  readonly filename?: string | undefined;
  /** `full`: SKUs that the file does not name are set to 0. */
  readonly mode?: 'delta' | 'full' | undefined;
  readonly dryRun?: boolean | undefined;
  /** When the rows were true, in ISO 8601. */
  readonly asOf?: string | undefined;
  /** How many SKUs may go to 0 in stock. */
  readonly allowZeroing?: number | undefined;
  readonly reason?: string | undefined;
  /** A URI, recorded with each change. */
  readonly reference?: string | undefined;
  /** The sheet of a workbook. */
  readonly sheet?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Called with each state on the way, some times a second at most. */
  readonly onProgress?: ((feed: Feed) => void) | undefined;
}

/** A file that was handed in, as it is now. */
export interface Feed {
  readonly id: string;
  readonly state: 'QUEUED' | 'READING' | 'APPLYING' | 'DONE' | 'REFUSED' | 'FAILED';
  readonly filename: string | null;
  readonly mode: 'delta' | 'full';
  readonly dryRun: boolean;
  readonly actor: string;
  /** Rows that were judged. */
  readonly rowsRead: number;
  /** Rows that were applied or left out. */
  readonly rowsDone: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  /** Null until the end. */
  readonly finishedAt: string | null;
  readonly refusal: FeedRefusal | null;
  readonly report: FeedReport | null;
  /** The path of the rejected rows, as CSV; null if there are none. */
  readonly rejectedRows: string | null;
}

export interface FeedRefusal {
  readonly code: 'ZEROING_HELD' | 'FILE_UNREADABLE' | 'INTERNAL_SERVER_ERROR';
  readonly message: string;
  /** With `ZEROING_HELD`: the number that lets the file through as it is. */
  readonly allowZeroing?: number;
}

/** What a file did, or what it would do: each row is applied, unchanged, stale or rejected. */
export interface FeedReport {
  readonly mode: 'delta' | 'full';
  readonly dryRun: boolean;
  readonly rows: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly stale: number;
  readonly rejected: number;
  /** SKUs that went from stock to 0. */
  readonly zeroed: number;
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  /** Of a dry run, or of a file that was refused: the 100 largest changes. */
  readonly preview: readonly PreviewedChange[];
  /** What `undo()` takes; null if nothing was stored. */
  readonly groupId: string | null;
  /** Columns that are not read. */
  readonly ignored: readonly string[];
  /** What some of them may mean. */
  readonly hints: readonly string[];
  /** The first rejected rows, with their lines. */
  readonly problems: readonly { readonly line: number; readonly code: string; readonly message: string }[];
}

/** A change that a file would make. */
export interface PreviewedChange {
  readonly skuId: string;
  readonly before: PreviewedState;
  readonly after: PreviewedState;
}

export interface PreviewedState {
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  /** As in files. */
  readonly restrictions: 'discontd' | 'tmpunavail' | null;
  readonly backorderDate: string | null;
}

export type ImportResult =
  | { readonly ok: true; readonly feed: Feed; readonly report: FeedReport }
  | {
      /** Nothing was stored. */
      readonly ok: false;
      readonly feed: Feed;
      readonly error: FeedRefusal;
    };

const PATH = '/feeds/inventory';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** How often the file is looked at: more seldom the longer it takes, in milliseconds. */
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 2_000;

/** A text is the content of a CSV file. */
export type InventoryFile = Blob | Uint8Array | string;

export async function sendFile(
  transport: Transport,
  file: InventoryFile,
  { signal, deadlineMs, idempotencyKey = newKey(), onProgress, ...parameters }: ImportOptions,
): Promise<ImportResult> {
  const { own: call, free } = tiedTo(signal);
  const options = { signal: call.signal, deadlineMs };
  try {
    let feed = await transport.send(handIn(toBody(file), parameters, idempotencyKey), options, readFeed);
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 1.5)) {
      onProgress?.(feed);
      if (feed.finishedAt !== null) return toResult(feed);
      await pause(lookMs, call.signal).catch(() => undefined);
      const look: Outgoing = { path: `${PATH}/${feed.id}`, method: 'GET', headers: {}, idempotencyKey };
      feed = await transport.send(look, options, readFeed);
    }
  } finally {
    free();
  }
}

function toBody(file: InventoryFile): Blob | string {
  if (typeof file === 'string' || file instanceof Blob) return file;
  if (file instanceof Uint8Array) return new Blob([file as Uint8Array<ArrayBuffer>]);
  throw new TypeError('The file must be a Blob, a Uint8Array, or the content of a CSV file as a text.');
}

function handIn(
  file: Blob | string,
  {
    filename = nameOf(file),
    ...more
  }: Omit<ImportOptions, keyof CallOptions | 'idempotencyKey' | 'onProgress'>,
  idempotencyKey: string,
): Outgoing {
  const given = Object.entries({ ...more, filename }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const isWorkbook = /\.xls[xm]$/i.test(filename ?? '') || (typeof file === 'object' && file.type === XLSX);
  return {
    path: `${PATH}?${query.toString()}`,
    method: 'POST',
    headers: { 'content-type': isWorkbook ? XLSX : 'text/csv', 'idempotency-key': idempotencyKey },
    body: file,
    idempotencyKey,
  };
}

function nameOf(file: Blob | string): string | undefined {
  return typeof file === 'object' && 'name' in file ? String(file.name) : undefined;
}

/** A refused file is answered with the status 409 or 422, and is a feed all the same. */
function readFeed(answer: Answer, response: Response): Feed {
  if (!('state' in answer)) throw failureOf(answer, response);
  return answer as unknown as Feed;
}

function toResult(feed: Feed): ImportResult {
  const { state, refusal, report } = feed;
  if (state === 'DONE' && report) return { ok: true, feed, report };
  if (state === 'REFUSED' && refusal) return { ok: false, feed, error: refusal };
  throw new StockgateError('INTERNAL_SERVER_ERROR', refusal?.message ?? 'The file failed.', {
    details: { feed },
    mayBeApplied: true,
  });
}
