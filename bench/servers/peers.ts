/** The peers as subjects of a row. The programs of the peers are in ../peers/. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { underLoad, type Bench, type Measuring } from '../measure/bench.ts';
import type { Subject } from '../measure/measure.ts';
import { createPostgresTable, type Postgres } from './postgres.ts';
import { SUPPLIER, type Shape } from '../measure/requests.ts';
import { runProgram, startServer } from './servers.ts';

const PGBENCH_CLIENTS = 20;

const peerPath = (name: string) => fileURLToPath(new URL(`../peers/${name}.ts`, import.meta.url));

/** A peer that creates its own SQLite table. */
export async function sqlitePeer(bench: Bench, label: string, name: string, shape: Shape): Promise<Subject> {
  const { skus } = bench.settings;
  const args = [peerPath(name), bench.newFile(`${name}.db`), String(skus)];
  return underLoad(bench, label, await startServer(args), shape, { skus });
}

/** A peer that has no database. */
export async function constantPeer(
  bench: Bench,
  label: string,
  name: string,
  shape: Shape,
  measuring: Measuring = underLoad,
): Promise<Subject> {
  return measuring(bench, label, await startServer([peerPath(name)]), shape, { skus: bench.settings.skus });
}

export function sqliteBulk(bench: Bench): Promise<Subject> {
  const { skus, seconds } = bench.settings;
  const args = [peerPath('sqlite-bulk'), bench.newFile('bulk.db'), String(skus), String(seconds)];
  return Promise.resolve({
    label: 'SQLite, one UPDATE',
    measure: async () => {
      const result: { rate: number } = JSON.parse(await runProgram(process.execPath, args));
      return result.rate;
    },
    close: () => Promise.resolve(),
  });
}

async function createPeerDatabase(bench: Bench): Promise<{ postgres: Postgres; name: string; url: string }> {
  const postgres = await bench.postgres();
  const name = `peer_${Date.now()}`;
  const url = postgres.createDatabase(name);
  postgres.run(name, createPostgresTable(bench.settings.skus));
  postgres.run(name, 'vacuum analyze');
  return { postgres, name, url };
}

export async function postgraphile(bench: Bench): Promise<Subject> {
  const { url } = await createPeerDatabase(bench);
  const server = await startServer([peerPath('postgraphile'), url]);
  return underLoad(bench, 'PostGraphile', server, 'postgraphile', { skus: bench.settings.skus });
}

/** Measures the transactions a second of pgbench, PostgreSQL's own load generator. It may use all cores. */
export async function pgbench(bench: Bench): Promise<Subject> {
  const { postgres, name, url } = await createPeerDatabase(bench);
  const { skus, seconds } = bench.settings;
  const script = bench.newFile('pgbench.sql');
  writeFileSync(
    script,
    `\\set n random(1, ${skus})
\\set quantity random(0, 2147483647)
update sku set quantity_in_stock = :quantity, version = version + 1, updated_at = now()::text
  where supplier_id = '${SUPPLIER}' and sku_id = 'sku-' || lpad(:n::text, 7, '0');
`,
  );
  const args = ['-n', '-M', 'prepared', '-c', String(PGBENCH_CLIENTS), '-f', script];
  return {
    label: 'pgbench',
    measure: async () => {
      const output = await runProgram(join(postgres.bin, 'pgbench'), [
        ...args,
        '-T',
        String(Math.ceil(seconds)),
        url,
      ]);
      const tps = /tps = ([\d.]+)/.exec(output)?.[1];
      if (tps === undefined || /failed transactions: [1-9]/.test(output)) {
        throw new Error(`pgbench failed:\n${output}`);
      }
      if (postgres.run(name, 'select sum(version) > 0 from sku').trim() !== 't') {
        throw new Error('pgbench updated no row.');
      }
      return Number(tps);
    },
    close: () => Promise.resolve(),
  };
}
