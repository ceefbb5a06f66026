/** Checks the promise that an expensive neighbour at most doubles a quiet supplier's p99, and that the process stays small. */
import { attacks } from '../neighbour/attacks.ts';
import { measureBeside, type Conditions, type Seen } from '../neighbour/beside.ts';
import { seedNeighbours, startWatched } from '../neighbour/watched-gateway.ts';
import { withDatabase } from '../support/stores/with-database.ts';

export interface NeighbourOptions {
  readonly databases: readonly string[];
  /** The number of the attacker's SKUs. */
  readonly skus: number;
  /** The duration of each attack. */
  readonly seconds: number;
  /** Measures only this attack. `mixed` is all of them at once. */
  readonly attack: string | undefined;
}

const MOST_RATIO = 2;
const MOST_TURN_CPU_MS = 20;
const MOST_BULK_TURN_CPU_MS = 100;
const MOST_MIB = 700;
/** A low priority (nice value), so that making the attacker's requests takes no processor time from the measured processes. */
const ATTACKER_PRIORITY = 10;
const MIXED = 'mixed';
/** Attacks with the largest bulk calls may have longer turns of the event loop. */
const bulk: ReadonlySet<string> = new Set(['bulks', 'wide answers', 'shared codes', MIXED]);

export async function measureNeighbour(options: NeighbourOptions): Promise<boolean> {
  let isGood = true;
  for (const kind of options.databases) {
    isGood = (await withDatabase(kind, (url) => measureAll(kind, url, options))) && isGood;
  }
  return isGood;
}

async function measureAll(
  kind: string,
  url: string,
  { skus, seconds, attack }: NeighbourOptions,
): Promise<boolean> {
  await seedNeighbours(url, skus);
  say(`  ${kind}, ${skus} SKUs`);
  say(rowOf(['attack', 'alone p50', 'p99', 'beside p50', 'p99', 'times', 'turn CPU', 'clock', 'MiB', '']));
  let isGood = true;
  const conditions = {
    quietMs: (seconds * 1_000) / 2,
    besideMs: seconds * 1_000,
    attackerPriority: ATTACKER_PRIORITY,
  };
  for (const name of [...Object.keys(attacks), MIXED].filter((known) => (attack ?? known) === known)) {
    const seen = await measureOnNew(url, name === MIXED ? Object.keys(attacks) : [name], conditions);
    const faults = faultsOf(name, seen);
    const { quiet, beside, turnCpuMs, turnMs, residentMib } = seen;
    const times = [quiet.p50, quiet.p99, beside.p50, beside.p99, beside.p99 / quiet.p99, turnCpuMs, turnMs];
    say(rowOf([name, ...times.map((ms) => ms.toFixed(1)), String(residentMib), faults.join('; ')]));
    isGood &&= faults.length === 0;
  }
  return isGood;
}

/** Measures on a gateway of its own, so that no attack feels the one before it. */
async function measureOnNew(url: string, names: readonly string[], conditions: Conditions): Promise<Seen> {
  const gateway = await startWatched(url);
  try {
    return await measureBeside(gateway, names, conditions);
  } finally {
    await gateway.stop('SIGKILL');
  }
}

/** Returns the limits that are broken. */
function faultsOf(name: string, { quiet, beside, turnCpuMs, residentMib }: Seen): string[] {
  const mostTurn = bulk.has(name) ? MOST_BULK_TURN_CPU_MS : MOST_TURN_CPU_MS;
  const [failure] = beside.failures;
  return [
    ...(beside.p99 > MOST_RATIO * quiet.p99 ? [`p99 more than ${MOST_RATIO} times`] : []),
    ...(turnCpuMs > mostTurn ? [`a turn past ${mostTurn} ms`] : []),
    ...(residentMib > MOST_MIB ? [`more than ${MOST_MIB} MiB`] : []),
    ...(failure === undefined ? [] : [`${beside.failures.length} of ${beside.count} failed: ${failure}`]),
  ];
}

const widths = [16, 9, 7, 10, 7, 6, 8, 7, 5];
const rowOf = (cells: readonly string[]) =>
  `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
