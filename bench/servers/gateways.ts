/** Measures several gateways on one PostgreSQL, which share the updates of all suppliers. */
import { createHash } from 'node:crypto';
import type { Bench } from '../measure/bench.ts';
import { compare, Skipped, type Measured, type Subject } from '../measure/measure.ts';
import { SUPPLIER, type Shape } from '../measure/requests.ts';
import type { Postgres } from './postgres.ts';
import { startReplicated, type Replicated } from './replicated.ts';
import { fillDatabase, serve } from './stockgate.ts';

interface Database {
  readonly url: string;
  readonly name: string;
  /** The number of SKUs of each supplier. */
  readonly skus: number;
  /** One token for each supplier. */
  readonly tokens: readonly string[];
}

export interface Conditions {
  readonly gateways: number;
  readonly suppliers: number;
  /** Commits wait for a standby that is so many milliseconds away, there and back. Default: there is none. */
  readonly standbyMs?: number;
  readonly shape?: 'mutation' | 'keyed';
}

/** Compares the updates a second of several gateways with those of one, on the same database and under the same load. */
export async function compareGateways(bench: Bench, conditions: Conditions): Promise<Measured> {
  const { standbyMs } = conditions;
  if (standbyMs === undefined) return compareOn(await bench.postgres(), bench, conditions);
  const replicated = await startReplicated(standbyMs / 2);
  if (!replicated) throw new Skipped('PostgreSQL was not found here');
  try {
    return await compareOn(replicated, bench, conditions);
  } finally {
    await replicated.stop();
  }
}

async function compareOn(
  postgres: Postgres | Replicated,
  bench: Bench,
  { gateways, suppliers, shape = 'mutation' }: Conditions,
): Promise<Measured> {
  const database = await createDatabase(postgres, bench, suppliers);
  if ('waitForStandby' in postgres) postgres.waitForStandby();
  const measured = await compare(
    () => gatewaysUnderLoad(bench, database, gateways, shape),
    () => gatewaysUnderLoad(bench, database, 1, shape),
    bench.settings.rounds,
  );
  requireNoDeadlock(postgres, database);
  return measured;
}

async function createDatabase(postgres: Postgres, bench: Bench, suppliers: number): Promise<Database> {
  const name = `gateways_${Date.now()}`;
  const url = postgres.createDatabase(name);
  const skus = Math.floor(bench.settings.skus / suppliers);
  const tokens = [await fillDatabase(url, bench.settings.folder, skus)];
  for (let n = 2; n <= suppliers; n++) {
    const token = `token-${n}`;
    const supplierId = `${SUPPLIER}-${n}`;
    postgres.run(name, copySupplier(supplierId, createHash('sha256').update(token).digest('hex')));
    tokens.push(token);
  }
  postgres.run(name, 'vacuum analyze');
  return { url, name, skus, tokens };
}

/** Returns SQL that copies the first supplier under another name, which is much faster than another import. */
function copySupplier(supplierId: string, tokenHash: string): string {
  const copy = (table: string, changed: object) => `
    insert into ${table} select (jsonb_populate_record(${table}, '${JSON.stringify(changed)}')).*
      from ${table} where supplier_id = '${SUPPLIER}';`;
  return [
    copy('supplier', { supplier_id: supplierId, name: supplierId }),
    copy('token', { supplier_id: supplierId, token_hash: tokenHash }),
    copy('sku', { supplier_id: supplierId }),
    copy('sku_code', { supplier_id: supplierId }),
  ].join('');
}

async function gatewaysUnderLoad(
  bench: Bench,
  { url, skus, tokens }: Database,
  gateways: number,
  shape: Shape,
): Promise<Subject> {
  const servers = await Promise.all(Array.from({ length: gateways }, () => serve({ url, token: '', skus })));
  // Every supplier has connections to each gateway.
  const targets = tokens.flatMap((token) =>
    servers.map(({ origin }) => ({ origin, authorization: `Bearer ${token}` })),
  );
  return {
    label: gateways === 1 ? 'one gateway' : `${gateways} gateways`,
    measure: async () => {
      const { answers, seconds } = await bench.loadAll(targets, shape, { skus });
      return answers / seconds;
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** All transactions take their locks in one order. So even a single deadlock is a bug, and it would distort the measurement. */
function requireNoDeadlock(postgres: Postgres, { name }: Database): void {
  const deadlocks = postgres
    .run(name, 'select deadlocks from pg_stat_database where datname = current_database()')
    .trim();
  if (deadlocks !== '0') throw new Error(`PostgreSQL resolved ${deadlocks} deadlocks.`);
}
