/** The rows with a limit: what an update costs, latency, memory, start. */
import { stockgateAllocations } from '../servers/allocations.ts';
import { inProcessorTime } from './processor-time.ts';
import { compare, repeat } from './measure.ts';
import { rounds, type Row } from './row.ts';
import { stockgate, stockgateBesideBulk, stockgateMemory, stockgateStart } from '../servers/ours.ts';
import { constantPeer } from '../servers/peers.ts';

export const limitRows: readonly Row[] = [
  {
    name: 'processor time of a GraphQL mutation : Mercurius + JIT, no database',
    unit: 'µs CPU',
    target: { atMost: 1.3 },
    measure: (bench) =>
      compare(
        () => stockgate(bench, 'mutation', bench.settings.skus, inProcessorTime),
        () => constantPeer(bench, 'Mercurius + JIT, no database', 'mercurius', 'mutation', inProcessorTime),
        rounds(bench),
      ),
  },
  {
    name: 'allocated on the main thread for a GraphQL mutation',
    unit: 'kB',
    target: { atMost: 15 },
    measure: (bench) => repeat(() => stockgateAllocations(bench), rounds(bench)),
  },
  {
    name: 'p99 of single updates beside 10,000-row bulks',
    unit: 'ms',
    target: { atMost: 60 },
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
    target: { atMost: 0.6 },
    measure: (bench) => repeat(() => stockgateStart(bench), rounds(bench)),
  },
];
