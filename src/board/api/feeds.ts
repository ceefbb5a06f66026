/** Inventory files: handed in, followed to their end, and downloaded. */
import type { FeedReport } from '../../domain/feed.ts';
import { readAnswer, request } from './graphql.ts';

/** A feed as the gateway describes it; docs/feeds.md has the fields. */
export interface Feed {
  readonly id: string;
  readonly state: 'QUEUED' | 'READING' | 'APPLYING' | 'DONE' | 'REFUSED' | 'FAILED';
  readonly rowsRead: number;
  readonly rowsDone: number;
  readonly finishedAt: string | null;
  readonly refusal: {
    readonly code: string;
    readonly message: string;
    readonly allowZeroing?: number;
  } | null;
  readonly report: FeedReport | null;
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

const FEEDS = '/board/feeds/inventory';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** How often a feed is asked for, in milliseconds. */
const LOOK_MS = 400;

/** Hands the file in. The key makes a second attempt safe. */
export async function handIn(file: File, parameters: Parameters, key: string): Promise<Feed> {
  const type = /\.xls[xm]$/i.test(file.name) ? XLSX : 'text/csv';
  const response = await request(`${FEEDS}?${toQuery({ ...parameters, filename: file.name })}`, {
    method: 'POST',
    headers: { 'content-type': type, 'idempotency-key': key, prefer: 'wait=1' },
    body: file,
  });
  return readAnswer(response);
}

/** Resolves with the feed once it has ended. `onStep` is called with each state on the way. */
export async function followFeed(feed: Feed, onStep: (feed: Feed) => void): Promise<Feed> {
  let now = feed;
  while (now.finishedAt === null) {
    onStep(now);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    now = await readAnswer<Feed>(await request(`${FEEDS}/${now.id}`, {}));
  }
  return now;
}

/** Where the rejected rows of a feed are. */
export function rejectedPath(id: string): string {
  return `${FEEDS}/${id}/rejected.csv`;
}

/** Where the SKUs are that match, as a file. */
export function exportPath(parameters: Parameters): string {
  return `${FEEDS}.csv?${toQuery(parameters)}`;
}

function toQuery(parameters: Parameters): URLSearchParams {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
