/** What the rows of a run share: settings, prepared databases, PostgreSQL, and the load generator. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Load, Target } from './load.ts';
import { Skipped, type Subject } from './measure.ts';
import { startPostgres, type Postgres } from '../servers/postgres.ts';
import type { Shape } from './requests.ts';
import { runLoad, type Server } from '../servers/servers.ts';
import { createCatalogs } from '../servers/stockgate.ts';

export interface Settings {
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  /** SKUs of the table for most rows. `manySkus` and `fewSkus` are for rows about the table's size, memory and start. */
  readonly skus: number;
  readonly manySkus: number;
  readonly fewSkus: number;
}

export const CONNECTIONS = 64;
const WARM_UP_MS = 1_000;
/** More requests than a round can send, so that no round repeats the quantities of another. */
const ROUND_REQUESTS = 1_000_000;

export function createBench(settings: Settings, report: (text: string) => void) {
  const { folder, seconds } = settings;
  const catalogs = createCatalogs(folder, report);
  let loads = 0;
  let busiest = 0;
  let postgres: Promise<Postgres | undefined> | undefined;
  let files = 0;

  const loadAll = async (
    targets: readonly Target[],
    shape: Shape,
    { skus, connections = CONNECTIONS }: { skus: number; connections?: number | undefined },
  ): Promise<Load> => {
    const result = await runLoad({
      targets,
      shape,
      skus,
      connections,
      warmUpMs: WARM_UP_MS,
      durationMs: seconds * 1000,
      first: loads++ * ROUND_REQUESTS,
    });
    busiest = Math.max(busiest, result.busy);
    return result;
  };
  const load = (server: Server, shape: Shape, { skus, token, connections }: LoadOptions): Promise<Load> => {
    const authorization = `${shape.startsWith('legacy') ? 'Token' : 'Bearer'} ${token ?? 'none'}`;
    return loadAll([{ origin: server.origin, authorization }], shape, { skus, connections });
  };

  return {
    settings,
    report,
    load,
    loadAll,
    catalog: catalogs,
    newFile: (name: string) => join(folder, `${files++}-${name}`),
    postgres: async (): Promise<Postgres> => {
      postgres ??= startPostgres();
      const started = await postgres;
      if (!started) throw new Skipped('PostgreSQL was not found here');
      return started;
    },
    /** Null if no row has used PostgreSQL. */
    postgresVersion: async () => (await postgres)?.version ?? null,
    /** The largest share of a core that the load generator has used since the last call. */
    takeBusiest: (): number => {
      const taken = busiest;
      busiest = 0;
      return taken;
    },
    /** Removes the databases of a row, but keeps the imported catalogs for the next rows. */
    removeFiles: () => {
      const names = readdirSync(folder).filter((name) => !name.startsWith('catalog-'));
      for (const name of names) rmSync(join(folder, name), { force: true, recursive: true });
    },
    close: async () => (await postgres)?.stop(),
  };
}

interface LoadOptions {
  readonly skus: number;
  readonly token?: string;
  readonly connections?: number;
}

export type Bench = ReturnType<typeof createBench>;

/** Makes a running server the side of a row. */
export type Measuring = (
  bench: Bench,
  label: string,
  server: Server,
  shape: Shape,
  options: LoadOptions,
) => Subject;

/** Measures a server's requests a second under load. */
export const underLoad: Measuring = (bench, label, server, shape, options) => ({
  label,
  measure: async () => {
    const { answers, seconds } = await bench.load(server, shape, options);
    return answers / seconds;
  },
  close: () => server.stop(),
});
