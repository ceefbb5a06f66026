/** Stockgate as the subject of a row: its throughput, bulk calls, start, latency and memory. */
import { execFileSync } from 'node:child_process';
import { underLoad, type Bench, type Measuring } from '../measure/bench.ts';
import { Skipped, type Subject } from '../measure/measure.ts';
import { BULK_ROWS, shapes, type Shape } from '../measure/requests.ts';
import type { Server } from './servers.ts';
import { fillDatabase, serve, type Catalog } from './stockgate.ts';

const MEMORY_SAMPLE_MS = 250;

export async function stockgate(
  bench: Bench,
  shape: Shape,
  skus = bench.settings.skus,
  measuring: Measuring = underLoad,
): Promise<Subject> {
  const catalog = await bench.catalog(skus);
  return measuring(bench, 'Stockgate', await serve(catalog), shape, catalog);
}

/** Single updates on that many connections, more than in other rows. */
export async function stockgateOnConnections(bench: Bench, connections: number): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.skus);
  const label = `Stockgate, ${connections.toLocaleString('en-US')} connections`;
  return underLoad(bench, label, await serve(catalog), 'mutation', { ...catalog, connections });
}

/** Single updates, served by that many HTTP threads. */
export async function stockgateOnThreads(bench: Bench, threads: number): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.skus);
  const label = threads === 1 ? 'Stockgate, one HTTP thread' : `Stockgate, ${threads} HTTP threads`;
  return underLoad(bench, label, await serve(catalog, [], threads), 'mutation', catalog);
}

/** Measures the rows a second of bulk calls that run one after the other. */
export async function stockgateBulk(bench: Bench, shape: 'bulk' | 'legacy-bulk' = 'bulk'): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.skus);
  const server = await serve(catalog);
  return {
    label: 'Stockgate',
    measure: async () => {
      await requireBulk(server, catalog);
      const { meanMs } = await bench.load(server, shape, { ...catalog, connections: 1 });
      return BULK_ROWS / (meanMs / 1000);
    },
    close: () => server.stop(),
  };
}

/** Skips the row if this version of the program has no bulk mutation, or does not accept so many rows. */
export async function requireBulk(server: Server, { token, skus }: Catalog): Promise<void> {
  const { path, request } = shapes.bulk;
  const response = await fetch(`${server.origin}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: request(0, skus).body,
  });
  const answer = await response.text();
  if (/Cannot query field|Unknown type/.test(answer))
    throw new Skipped('bulkUpdateSkuInventory is not there');
  if (response.status === 413) throw new Skipped(`a body of ${BULK_ROWS} rows is refused as too large`);
}

/** Measures the seconds from the start of the process to its first correct answer. Every round uses the same file. */
export async function stockgateStart(bench: Bench): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.manySkus);
  const { path, request } = shapes.mutation;
  return {
    label: 'Stockgate',
    measure: async (round) => {
      const start = performance.now();
      const server = await serve(catalog);
      try {
        const response = await fetch(`${server.origin}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${catalog.token}` },
          body: request(round, catalog.skus).body,
        });
        const answer = await response.text();
        if (!answer.includes('APPLIED')) throw new Error(`The first answer was wrong:\n${answer}`);
        return (performance.now() - start) / 1000;
      } finally {
        await server.stop();
      }
    },
    close: () => Promise.resolve(),
  };
}

export async function stockgateOnPostgres(bench: Bench): Promise<Subject> {
  const postgres = await bench.postgres();
  const { folder, skus } = bench.settings;
  const name = `stockgate_${Date.now()}`;
  const url = postgres.createDatabase(name);
  const token = await fillDatabase(url, folder, skus);
  postgres.run(name, 'vacuum analyze');
  return underLoad(bench, 'Stockgate', await serve({ url, token, skus }), 'mutation', { token, skus });
}

/** Measures the 99th percentile of single updates, in milliseconds, while bulk calls run one after the other. */
export async function stockgateBesideBulk(bench: Bench): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.skus);
  const server = await serve(catalog);
  return {
    label: 'Stockgate',
    measure: async () => {
      await requireBulk(server, catalog);
      const [singles] = await Promise.all([
        bench.load(server, 'mutation', catalog),
        bench.load(server, 'bulk', { ...catalog, connections: 1 }),
      ]);
      return singles.p99Ms;
    },
    close: () => server.stop(),
  };
}

/** Measures the largest resident memory during a round's load, in MB (2^20 bytes). */
export async function stockgateMemory(bench: Bench): Promise<Subject> {
  const catalog = await bench.catalog(bench.settings.manySkus);
  const server = await serve(catalog);
  return {
    label: 'Stockgate',
    measure: async () => {
      let mostMb = 0;
      const sample = () => (mostMb = Math.max(mostMb, residentMb(server.pid)));
      const timer = setInterval(sample, MEMORY_SAMPLE_MS);
      try {
        await bench.load(server, 'mutation', catalog);
        sample();
      } finally {
        clearInterval(timer);
      }
      return mostMb;
    },
    close: () => server.stop(),
  };
}

function residentMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
