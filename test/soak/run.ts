/** Long measurements of the real program, run by hand: `npm run soak -- [--only PART] [--database sqlite|postgres] [--skus N] [--seconds N] [--attack NAME] [--requests N]`. */
import { parseArgs } from 'node:util';
import { createSqliteDatabase } from '../support/stores/databases.ts';
import { seedDatabase } from '../support/mutations.ts';
import { spawnGateway, untilListening, type RunningGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { measureFeed } from './feed.ts';
import { measureGreedyToken } from './greedy.ts';
import { measureImport } from './import.ts';
import { measureMemory } from './memory.ts';
import { measureNeighbour } from './neighbour.ts';

const { values } = parseArgs({
  options: {
    /** Runs only this part. */
    only: { type: 'string' },
    /** For the memory part: the number of requests. */
    requests: { type: 'string', default: '1000000' },
    /** For the import, the feed and the expensive neighbour: the store (by default both, one after the other) and the number of SKUs. */
    database: { type: 'string' },
    skus: { type: 'string', default: '300000' },
    /** For the expensive neighbour: the seconds for each attack, and a single attack. */
    seconds: { type: 'string', default: '10' },
    attack: { type: 'string' },
  },
});

/** Each part resolves with whether its promise holds. */
const parts: Record<string, () => Promise<boolean>> = {
  memory: () =>
    onSmallStore(['--rate-limit', '0'], (gateway) => measureMemory(gateway, Number(values.requests))),
  'an import': () =>
    measureImport(
      values.database === undefined ? ['sqlite', 'postgres'] : [values.database],
      Number(values.skus),
    ),
  'a feed': () =>
    measureFeed(
      values.database === undefined ? ['sqlite', 'postgres'] : [values.database],
      Number(values.skus),
    ),
  'a greedy token': () => onSmallStore([], measureGreedyToken),
  'an expensive neighbour': () =>
    measureNeighbour({
      databases: values.database === undefined ? ['sqlite', 'postgres'] : [values.database],
      skus: Number(values.skus),
      seconds: Number(values.seconds),
      attack: values.attack,
    }),
};

const chosen = Object.entries(parts).filter(([name]) => (values.only ?? name) === name);
if (chosen.length === 0) throw new Error(`--only takes one of: ${Object.keys(parts).join(', ')}.`);
for (const [name, measure] of chosen) {
  process.stdout.write(`${name}\n`);
  if (!(await measure())) process.exitCode = 1;
}

async function onSmallStore(
  flags: readonly string[],
  measure: (gateway: RunningGateway, url: string) => Promise<boolean>,
): Promise<boolean> {
  const database = createSqliteDatabase();
  await seedDatabase(
    database.url,
    range(1_000).map((n) => ({ skuId: `sku-${n}` })),
  );
  const env = { NODE_OPTIONS: '--max-semi-space-size=16 --v8-pool-size=2' };
  const child = spawnGateway(database.url, ['--log-level', 'fatal', ...flags], { env });
  try {
    const gateway = await untilListening(child);
    const isGood = await measure(gateway, database.url);
    return (await gateway.stop()) === 0 && isGood;
  } finally {
    child.kill('SIGKILL');
    await database.remove();
  }
}
