/** Long runs against the real program, by hand: `npm run soak`. Memory over requests that never repeat, and one greedy token beside a quiet one. */
import { parseArgs } from 'node:util';
import { createSqliteDatabase } from '../databases.ts';
import { seedDatabase } from '../mutations.ts';
import { spawnGateway, untilListening, type RunningGateway } from '../process.ts';
import { range } from '../shop.ts';
import { measureGreedyToken } from './greedy.ts';
import { measureMemory } from './memory.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });

const parts: Record<string, (gateway: RunningGateway, url: string) => Promise<boolean>> = {
  memory: (gateway) => measureMemory(gateway, Number(values.requests)),
  'a greedy token': measureGreedyToken,
};

for (const [name, measure] of Object.entries(parts)) {
  const database = createSqliteDatabase();
  await seedDatabase(
    database.url,
    range(1_000).map((n) => ({ skuId: `sku-${n}` })),
  );
  const flags = ['--log-level', 'fatal', ...(name === 'memory' ? ['--rate-limit', '0'] : [])];
  const env = { NODE_OPTIONS: '--max-semi-space-size=8' };
  const child = spawnGateway(database.url, flags, { env });
  try {
    const gateway = await untilListening(child);
    process.stdout.write(`${name}\n`);
    if (!(await measure(gateway, database.url))) process.exitCode = 1;
    if ((await gateway.stop()) !== 0) process.exitCode = 1;
  } finally {
    child.kill('SIGKILL');
    await database.remove();
  }
}
