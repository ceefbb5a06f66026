/** `npm run bench`: measures Stockgate against its peers, prints the table, writes results.json and chart.svg. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CONNECTIONS, createBench, type Bench, type Settings } from './measure/bench.ts';
import { drawChart } from './report/chart.ts';
import { Skipped } from './measure/measure.ts';
import type { Row } from './measure/row.ts';
import { rows } from './measure/rows.ts';
import { pins, stopAll } from './servers/servers.ts';
import { formatTable, growthOf, judge, type Results, type RowResult } from './report/table.ts';

const help = `Usage: npm run bench -- [--quick] [--only REGEX] [--rounds N] [--seconds S]

Measures Stockgate against its peers, each pair by turns; prints the table and writes bench/results.json and bench/chart.svg.

  --quick        a smoke run: 2 rounds of 1 second on smaller tables; writes nothing
  --only REGEX   only the rows whose name matches; the others keep what results.json says
  --rounds N     rounds a row (default 5; BENCH_ROUNDS)
  --seconds S    of each side of a round (default 4; BENCH_SECONDS)
`;

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TMPFS_MAGIC = 0x01021994;
const MAX_ROUNDS = 50;
const MAX_SECONDS = 60;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupted.abort();
    void stopAll();
  });
}
process.exitCode = flags.help ? say(help) : await main();

async function main(): Promise<number> {
  installPeers();
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-bench-'));
  if (statfsSync(folder).type === TMPFS_MAGIC) {
    say('The temporary folder is in memory, where a commit costs nothing: set TMPDIR to one on a disk.\n');
  }
  if (!pins) say('Without taskset and two cores, server and generator share cores: ratios say less.\n');
  const bench = createBench(readSettings(folder), say);
  const chosen = rows.filter(({ name }) => new RegExp(flags.only, 'i').test(name));
  const results: RowResult[] = [];
  let failures = 0;
  try {
    for (const row of chosen) {
      if (interrupted.signal.aborted) break;
      try {
        say(`${row.name}\n`);
        results.push(await measureRow(row, bench));
      } catch (error) {
        if (!(error instanceof Skipped)) failures++;
        say(`  ${error instanceof Skipped ? 'skipped' : 'failed'}: ${describe(error)}\n`);
      } finally {
        await stopAll();
        bench.removeFiles();
      }
    }
    process.stdout.write(`\n${formatTable(results)}\n`);
    if (flags.quick) say('A smoke run: smaller tables than the rows say, and too short to quote.\n');
    else if (results.length > 0) save(results, bench.settings, await bench.postgresVersion());
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return failures > 0 || interrupted.signal.aborted ? 1 : 0;
}

async function measureRow(row: Row, bench: Bench): Promise<RowResult> {
  bench.takeBusiest();
  const measured = await row.measure(bench);
  return {
    name: row.name,
    unit: row.unit,
    target: row.target,
    met: judge(row, measured),
    ...measured,
    growth: row.mostGrowth === undefined ? null : growthOf(measured),
    generatorBusy: bench.takeBusiest(),
    date: new Date().toISOString(),
    commit: currentCommit(),
  };
}

function readSettings(folder: string): Settings {
  const number = (flag: string | undefined, name: string, usual: number, most: number) => {
    const value = Number(flag ?? process.env[name] ?? usual);
    if (!(value > 0 && value <= most)) throw new Error(`${name} must be above 0 and at most ${most}.`);
    return value;
  };
  return {
    folder,
    rounds: Math.ceil(number(flags.rounds, 'BENCH_ROUNDS', flags.quick ? 2 : 5, MAX_ROUNDS)),
    seconds: number(flags.seconds, 'BENCH_SECONDS', flags.quick ? 1 : 4, MAX_SECONDS),
    ...(flags.quick
      ? { skus: 20_000, manySkus: 50_000, fewSkus: 10_000 }
      : { skus: 100_000, manySkus: 1_000_000, fewSkus: 10_000 }),
  };
}

/** The peers have their own package.json, so that installing the product stays small. */
function installPeers(): void {
  if (existsSync(join(HERE, 'node_modules'))) return;
  say('Installing the peers (npm ci in bench/)\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: ['ignore', 2, 2] });
}

/**
 * Writes results.json and chart.svg. Rows that this run did not measure keep their result, date and commit. A run of only some rows must
 * not spoil the table of a long run. So it writes nothing if the file's machine or settings differ.
 */
function save(results: readonly RowResult[], settings: Settings, postgres: string | null): void {
  const file = join(HERE, 'results.json');
  const before: Results | null = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  const known = new Map([...(before?.rows ?? []), ...results].map((row) => [row.name, row]));
  const { folder: _, ...numbers } = settings;
  const all: Results = {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      platform: `${platform()} ${release()}`,
      node: process.version,
      postgres: postgres ?? before?.machine.postgres ?? null,
      pinned: pins,
    },
    settings: { ...numbers, connections: CONNECTIONS },
    durability: {
      sqlite: 'WAL, synchronous=FULL, for ours and all peers',
      postgres: 'fsync=on, synchronous_commit=on, for ours and all peers',
    },
    rows: rows.flatMap(({ name }) => known.get(name) ?? []),
  };
  const isWhole = results.length === rows.length;
  if (before && !isWhole && !isComparable(before, all)) {
    say('Not written: results.json was measured with other settings or on another machine.\n');
    return;
  }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(join(HERE, 'chart.svg'), drawChart(all));
  say('Written: bench/results.json, bench/chart.svg\n');
}

function isComparable(before: Results, now: Results): boolean {
  const key = ({ machine: { cpu, cores, node, pinned }, settings }: Results) =>
    JSON.stringify([cpu, cores, node, pinned, settings]);
  return key(before) === key(now);
}

function currentCommit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: HERE, encoding: 'utf8', stdio: 'pipe' });
    const changed = git('status', '--porcelain', '--', '../src').trim() === '' ? '' : ' with changes';
    return git('rev-parse', '--short', 'HEAD').trim() + changed;
  } catch {
    return 'unknown';
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Progress goes to stderr, because stdout is for the table. */
function say(text: string): number {
  process.stderr.write(text);
  return 0;
}
