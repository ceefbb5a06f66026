/** What a row of the table is. */
import type { Bench } from './bench.ts';
import type { Measured } from './measure.ts';

export interface Row {
  readonly name: string;
  readonly unit: 'requests/s' | 'rows/s' | 'µs CPU' | 'kB' | 'ms' | 'MB' | 's';
  /** The least or the largest ratio of Stockgate to the peer; without a peer, the largest value in the row's unit. Null if nothing is promised. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | null;
  readonly measure: (bench: Bench) => Promise<Measured>;
  /** The most by which the last round may exceed the second. The first round only warms up. */
  readonly mostGrowth?: number;
}

export const rounds = ({ settings }: Bench): number => settings.rounds;
