/** The rows that compare throughput with a peer, or with other conditions. */
import { compareGateways, type Conditions } from '../servers/gateways.ts';
import { sqliteImport, stockgateImport } from '../servers/imports.ts';
import { compare } from './measure.ts';
import { rounds, type Row } from './row.ts';
import {
  stockgate,
  stockgateBulk,
  stockgateOnConnections,
  stockgateOnPostgres,
  stockgateOnThreads,
} from '../servers/ours.ts';
import { constantPeer, pgbench, postgraphile, sqliteBulk, sqlitePeer } from '../servers/peers.ts';

export const throughputRows: readonly Row[] = [
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
    target: { atLeast: 0.35 },
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
    name: 'legacy bulk call of 10,000 rows : one UPDATE in SQLite',
    unit: 'rows/s',
    target: null,
    measure: (bench) =>
      compare(
        () => stockgateBulk(bench, 'legacy-bulk'),
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
    target: { atLeast: 1.5 },
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
    target: { atLeast: 0.7 },
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
    { gateways: 2, suppliers: 1, standbyMs: 2 },
    { gateways: 2, suppliers: 16, standbyMs: 2 },
    { gateways: 3, suppliers: 1, standbyMs: 2 },
    { gateways: 3, suppliers: 16, standbyMs: 2 },
    { gateways: 2, suppliers: 1, standbyMs: 2, shape: 'keyed' as const },
    { gateways: 3, suppliers: 1, standbyMs: 2, shape: 'keyed' as const },
  ].map((conditions): Row => ({
    name: `PostgreSQL: ${describeGateways(conditions)}`,
    unit: 'requests/s',
    target: conditions.gateways === 2 ? { atLeast: 0.5 } : null,
    measure: (bench) => compareGateways(bench, conditions),
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
    // The load takes one core, so a machine with two has only one for all threads: nothing is promised.
    name: 'GraphQL mutation, --threads 2 : --threads 1',
    unit: 'requests/s',
    target: null,
    measure: (bench) =>
      compare(
        () => stockgateOnThreads(bench, 2),
        () => stockgateOnThreads(bench, 1),
        rounds(bench),
      ),
  },
  ...[
    { connections: 256, atLeast: 1 },
    { connections: 2_000, atLeast: 0.8 },
  ].map(({ connections, atLeast }): Row => ({
    name: `${connections.toLocaleString('en-US')} connections : 64 connections`,
    unit: 'requests/s',
    target: { atLeast },
    measure: (bench) =>
      compare(
        () => stockgateOnConnections(bench, connections),
        () => stockgate(bench, 'mutation'),
        rounds(bench),
      ),
  })),
];

function describeGateways({ gateways, suppliers, standbyMs, shape }: Conditions): string {
  const load = [
    suppliers === 1 ? 'one supplier' : `${suppliers} suppliers`,
    ...(shape === 'keyed' ? ['with keys'] : []),
    ...(standbyMs === undefined ? [] : [`a standby ${standbyMs} ms away`]),
  ];
  return `${gateways} gateways : one, ${load.join(', ')}`;
}
