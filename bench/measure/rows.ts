/** The rows of the table: what is compared with which peer, and the target of each row. */
import type { Bench } from './bench.ts';
import { compareGateways } from '../servers/gateways.ts';
import { sqliteImport, stockgateImport } from '../servers/imports.ts';
import { compare, repeat, type Measured } from './measure.ts';
import {
  stockgate,
  stockgateBesideBulk,
  stockgateBulk,
  stockgateMemory,
  stockgateOnPostgres,
  stockgateOverloaded,
  stockgateStart,
} from '../servers/ours.ts';
import { constantPeer, pgbench, postgraphile, sqliteBulk, sqlitePeer } from '../servers/peers.ts';

export interface Row {
  readonly name: string;
  readonly unit: 'requests/s' | 'rows/s' | 'ms' | 'MB' | 's';
  /** The least ratio of Stockgate to the peer, or the largest value in the row's unit. Null if nothing is promised. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | null;
  readonly measure: (bench: Bench) => Promise<Measured>;
  /** The most by which the last round may exceed the second. The first round only warms up. */
  readonly mostGrowth?: number;
}

const rounds = ({ settings }: Bench) => settings.rounds;

export const rows: readonly Row[] = [
  {
    name: 'GraphQL mutation : Mercurius + JIT + better-sqlite3',
    unit: 'requests/s',
    target: { atLeast: 4 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation'),
        () => sqlitePeer(bench, 'Mercurius + JIT + better-sqlite3', 'mercurius', 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: 'GraphQL mutation : Mercurius + JIT, no database',
    unit: 'requests/s',
    target: { atLeast: 1 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation'),
        () => constantPeer(bench, 'Mercurius + JIT, no database', 'mercurius', 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: 'GraphQL mutation : Yoga + Kysely + SQLite',
    unit: 'requests/s',
    target: { atLeast: 4 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation'),
        () => sqlitePeer(bench, 'Yoga + Kysely + SQLite', 'yoga-kysely', 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: 'GraphQL mutation : Apollo Server + better-sqlite3',
    unit: 'requests/s',
    target: null,
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation'),
        () => sqlitePeer(bench, 'Apollo Server + better-sqlite3', 'apollo', 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: 'legacy POST : bare node:http, constant answer',
    unit: 'requests/s',
    target: { atLeast: 0.5 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'legacy'),
        () => constantPeer(bench, 'bare node:http', 'bare-http', 'legacy'),
        rounds(bench),
      ),
  },
  {
    name: 'bulk mutation of 10,000 rows : one UPDATE in SQLite',
    unit: 'rows/s',
    target: { atLeast: 0.4 },
    measure: (bench) =>
      compare(
        () => stockgateBulk(bench),
        () => sqliteBulk(bench),
        rounds(bench),
      ),
  },
  {
    name: 'CSV file, every row changes : .import and one UPDATE in SQLite',
    unit: 'rows/s',
    target: { atLeast: 0.5 },
    measure: (bench) =>
      compare(
        () => stockgateImport(bench),
        () => sqliteImport(bench),
        rounds(bench),
      ),
  },
  {
    name: 'sku(by) query : Mercurius + JIT + better-sqlite3',
    unit: 'requests/s',
    target: { atLeast: 1 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'query'),
        () => sqlitePeer(bench, 'Mercurius + JIT + better-sqlite3', 'mercurius', 'query'),
        rounds(bench),
      ),
  },
  {
    name: 'PostgreSQL: GraphQL mutation : PostGraphile',
    unit: 'requests/s',
    target: { atLeast: 4 },
    measure: (bench) =>
      compare(
        () => stockgateOnPostgres(bench),
        () => postgraphile(bench),
        rounds(bench),
      ),
  },
  {
    name: 'PostgreSQL: GraphQL mutation : pgbench, one-row UPDATE',
    unit: 'requests/s',
    target: { atLeast: 1 },
    measure: (bench) =>
      compare(
        () => stockgateOnPostgres(bench),
        () => pgbench(bench),
        rounds(bench),
      ),
  },
  ...[
    { gateways: 2, suppliers: 1 },
    { gateways: 2, suppliers: 16 },
    { gateways: 3, suppliers: 1 },
    { gateways: 3, suppliers: 16 },
  ].map(({ gateways, suppliers }): Row => ({
    name: `PostgreSQL: ${gateways} gateways : one, ${suppliers === 1 ? 'one supplier' : `${suppliers} suppliers`}`,
    unit: 'requests/s',
    target: gateways === 2 ? { atLeast: 0.5 } : null,
    measure: (bench) => compareGateways(bench, gateways, suppliers),
  })),
  {
    name: '1,000,000 SKUs : 10,000 SKUs',
    unit: 'requests/s',
    target: { atLeast: 0.8 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation', bench.settings.manySkus),
        () => stockgate(bench, 'mutation', bench.settings.fewSkus),
        rounds(bench),
      ),
  },
  {
    name: 'all updates on one SKU : spread updates',
    unit: 'requests/s',
    target: { atLeast: 0.8 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'one-sku'),
        () => stockgate(bench, 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: '2,000 connections : 64 connections',
    unit: 'requests/s',
    target: { atLeast: 0.8 },
    measure: (bench) =>
      compare(
        () => stockgateOverloaded(bench),
        () => stockgate(bench, 'mutation'),
        rounds(bench),
      ),
  },
  {
    name: 'p99 of single updates beside 10,000-row bulks',
    unit: 'ms',
    target: { atMost: 100 },
    measure: (bench) => repeat(() => stockgateBesideBulk(bench), rounds(bench)),
  },
  {
    name: 'resident memory under load, 1,000,000 SKUs',
    unit: 'MB',
    target: { atMost: 200 },
    // Growth takes time to show, so this row has more rounds than others.
    measure: (bench) => repeat(() => stockgateMemory(bench), 2 * rounds(bench)),
    mostGrowth: 10,
  },
  {
    name: 'start to first answer, 1,000,000 SKUs',
    unit: 's',
    target: { atMost: 1 },
    measure: (bench) => repeat(() => stockgateStart(bench), rounds(bench)),
  },
];
