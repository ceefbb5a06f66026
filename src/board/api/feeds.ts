/** Inventory files: handed in and followed to their end by the client that other programs install, and downloaded. */
import { StockgateError } from '../../../packages/client/src/errors.ts';
import { sendFile, type Feed, type ImportOptions } from '../../../packages/client/src/import-file.ts';
import { Transport } from '../../../packages/client/src/transport.ts';
import { asBoard, RefusedError, SignedOutError, TRANSIENT, UnreachableError } from './graphql.ts';

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

const FEEDS = '/board/feeds/inventory';
/** How long one request may take with its retries, in milliseconds. Then the page says that it waits for the gateway. */
const DEADLINE_MS = 5_000;

/** Made for the first file: its URL is relative to the page's. */
let transport: Transport | undefined;

/** Resolves with the feed once it has ended. The key of `options` makes another attempt safe. Throws as `request` does. */
export async function importFile(file: File, options: ImportOptions): Promise<Feed> {
  // The cookie of the session stands for the token, so none is sent.
  transport ??= new Transport({
    url: '/board',
    token: 'session',
    fetch: withoutToken,
    deadlineMs: DEADLINE_MS,
  });
  try {
    return (await sendFile(transport, file, options)).feed;
  } catch (error) {
    if (!(error instanceof StockgateError)) throw error;
    // A file that failed is told as its feed.
    if ('feed' in error.details) return error.details['feed'] as Feed;
    if (error.status === 401) throw new SignedOutError('Sign in again.');
    const mayPass = error.status === 0 || TRANSIENT.has(error.status);
    throw mayPass ? new UnreachableError(error.message) : new RefusedError(error.message);
  }
}

const withoutToken: typeof fetch = (path, init) => {
  const headers = new Headers(init?.headers);
  headers.delete('authorization');
  return fetch(path, asBoard({ ...init, headers }));
};

/** Where the rejected rows of a feed are. */
export function rejectedPath(id: string): string {
  return `${FEEDS}/${id}/rejected.csv`;
}

/** Where the SKUs are that match, as a file. */
export function exportPath(parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `${FEEDS}.csv?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
