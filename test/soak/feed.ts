/** Checks the promises about a large feed over HTTP: what it takes of the gateway's memory, and how long single updates wait beside it. */
import { readFileSync } from 'node:fs';
import { spawnGateway, untilListening, type RunningGateway } from '../support/machine/process.ts';
import { CLIENT_TOKEN } from '../support/mutations.ts';
import { range } from '../support/range.ts';
import { withDatabase } from '../support/stores/with-database.ts';
import { describe, quantile, seedTwo, updateFor, updateWhile } from './updates.ts';

/** SKUs that single updates change. The feed changes all others. */
const UPDATED = 1_000;
const WARM_UP_SECONDS = 2;
const QUIET_SECONDS = 10;
const MOST_MIB = 250;
const LOOK_MS = 500;

/** Hands in a file of this many rows, each of which changes its SKU, while both suppliers send updates. */
export async function measureFeed(databases: readonly string[], rows: number): Promise<boolean> {
  let isGood = true;
  for (const kind of databases) {
    isGood = (await withDatabase(kind, (url) => measureOn(kind, url, rows))) && isGood;
  }
  return isGood;
}

async function measureOn(kind: string, url: string, rows: number): Promise<boolean> {
  await seedTwo(url, UPDATED + rows);
  const env = { NODE_OPTIONS: '--max-semi-space-size=16 --v8-pool-size=2' };
  const child = spawnGateway(url, ['--log-level', 'fatal', '--rate-limit', '0'], { env });
  try {
    const gateway = await untilListening(child);
    await updateFor(gateway, UPDATED, WARM_UP_SECONDS);
    const alone = await updateFor(gateway, UPDATED, QUIET_SECONDS);
    const before = peakMib(child.pid);
    const started = performance.now();
    const path = await handIn(gateway, rows);
    let feed: Feed | undefined;
    const done = untilEnd(gateway, path).then((ended) => (feed = ended));
    const beside = await updateWhile(gateway, UPDATED, () => feed === undefined);
    const { state, report } = await done;
    const seconds = (performance.now() - started) / 1_000;
    const peak = peakMib(child.pid);
    await gateway.stop();
    const times = quantile(beside, 0.99) / quantile(alone, 0.99);
    process.stdout.write(
      `  ${kind}: ${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} a second beside the updates; ` +
        `memory ${before} MiB before, ${peak} MiB at most (aim: ${MOST_MIB})\n` +
        `  updates alone: ${describe(alone)}\n  beside the feed: ${describe(beside)}, p99 ${times.toFixed(1)} times (aim: 2)\n`,
    );
    const isWhole = state === 'DONE' && report?.applied === rows;
    return isWhole && times <= 2 && peak <= MOST_MIB && beside.every(({ status }) => status === 200);
  } finally {
    child.kill('SIGKILL');
  }
}

interface Feed {
  readonly state: string;
  readonly finishedAt: string | null;
  readonly report: { readonly applied: number } | null;
}

const headers = { authorization: `Token ${CLIENT_TOKEN}` };

/** Resolves with the feed's path. */
async function handIn({ origin }: RunningGateway, rows: number): Promise<string> {
  const file = range(rows).map((n) => `sku-${UPDATED + n + 1},${n + 1}\n`);
  const answer = await fetch(`${origin}/feeds/inventory?allowZeroing=${rows}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: `sku_id,quantity_in_stock\n${file.join('')}`,
  });
  const path = answer.headers.get('location');
  if (!path) throw new Error(await answer.text());
  return path;
}

async function untilEnd({ origin }: RunningGateway, path: string): Promise<Feed> {
  for (;;) {
    const answer = await fetch(`${origin}${path}`, { headers });
    const feed = (await answer.json()) as Feed;
    if (feed.finishedAt !== null) return feed;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The most memory that the process has had, in MiB. Linux alone tells it. */
function peakMib(pid: number | undefined): number {
  const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1_024);
}
