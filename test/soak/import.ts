/** Checks the promise that a large import delays a single update by at most one of the import's transactions. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { untilListening } from '../support/machine/process.ts';
import { withDatabase } from '../support/stores/with-database.ts';
import type { Answered } from './client.ts';
import type { Imported } from './importing-gateway.ts';
import { describe, quantile, seedTwo, updateFor, updateWhile } from './updates.ts';

const GATEWAY = fileURLToPath(new URL('importing-gateway.ts', import.meta.url));
const WARM_UP_SECONDS = 2;
const QUIET_SECONDS = 5;
const SKUS = 1_000;

/** Imports the rows for one supplier, while that supplier and another one send updates. */
export async function measureImport(databases: readonly string[], rows: number): Promise<boolean> {
  let isGood = true;
  for (const kind of databases) {
    isGood = (await withDatabase(kind, (url) => measureOn(kind, url, rows))) && isGood;
  }
  return isGood;
}

async function measureOn(kind: string, url: string, rows: number): Promise<boolean> {
  await seedTwo(url, SKUS);
  const args = ['--max-semi-space-size=16', '--v8-pool-size=2', GATEWAY, url, 'acme'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const gateway = await untilListening(child);
    await updateFor(gateway, SKUS, WARM_UP_SECONDS);
    const alone = await updateFor(gateway, SKUS, QUIET_SECONDS);
    let imported: Imported | undefined;
    // importing-gateway.ts sends only `Imported`.
    void once(child, 'message').then(([message]) => (imported = message as Imported));
    child.send(rows);
    const beside = await updateWhile(gateway, SKUS, () => imported === undefined && child.exitCode === null);
    const isClean = (await gateway.stop()) === 0;
    return isClean && imported !== undefined && report(kind, rows, alone, beside, imported);
  } finally {
    child.kill('SIGKILL');
  }
}

function report(
  kind: string,
  rows: number,
  alone: readonly Answered[],
  beside: readonly Answered[],
  { seconds, created, parts }: Imported,
): boolean {
  const longestPart = Math.max(...parts.map(({ ms }) => ms));
  // The longest waits depend on the machine. So they are printed, but not checked.
  const most = quantile(alone, 0.99) + longestPart;
  const isGood =
    created === rows && quantile(beside, 0.99) <= most && beside.every(({ status }) => status === 200);
  process.stdout.write(
    `  ${kind}: ${rows} rows in ${seconds.toFixed(1)} s, ${parts.length} parts of at most ${Math.max(...parts.map((part) => part.rows))} rows, ` +
      `median ${quantile(parts, 0.5).toFixed(1)} ms, longest ${longestPart.toFixed(1)} ms\n` +
      `  updates alone:  ${describe(alone)}\n  while importing: ${describe(beside)} (p99 at most ${most.toFixed(1)} ms)\n`,
  );
  return isGood;
}
