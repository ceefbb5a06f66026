/** Has mutants of the kept feed files read in a process of its own, and returns those that do harm. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../support/stores/databases.ts';
import { FileReader } from './file-reader.ts';
import { mutantOf, originals, type Mutant } from './mutants.ts';
import type { Told } from './read-files.ts';

/** A file is read in milliseconds, also on a busy machine. */
const SILENCE_MS = 30_000;
const MAX_CPU_MS = 5_000;
const MAX_TAKEN_MIB = 100;

export interface FileFailure {
  readonly index: number;
  /** The file of which the mutant was made. */
  readonly origin: string;
  readonly faults: readonly string[];
}

export interface FileFuzzResult {
  readonly failures: readonly FileFailure[];
  /** Files that gave rows, and files that were refused with a message. A file can do both. */
  readonly counts: { readonly read: number; readonly withRows: number; readonly refused: number };
  /** The most memory that a reader took for them, in MiB. */
  readonly taken: number;
}

export interface FileFuzzOptions {
  readonly silenceMs?: number;
  /** The program that reads files, if not ours. */
  readonly program?: string;
}

/** Reads the mutants of these indexes one after the other. */
export async function fuzzFiles(
  seed: number,
  indexes: Iterable<number>,
  { silenceMs = SILENCE_MS, program }: FileFuzzOptions = {},
): Promise<FileFuzzResult> {
  const folder = makeFolder();
  const path = join(folder.path, 'mutant');
  const failures: FileFailure[] = [];
  const counts = { read: 0, withRows: 0, refused: 0 };
  let taken = 0;
  /** What the reader takes for the kept files. */
  let usual = 0;
  let reader: FileReader | undefined;
  const read = (file: Mutant) => {
    writeFileSync(path, file.bytes);
    return (reader ??= new FileReader(silenceMs, program)).read(path);
  };
  try {
    for (const index of indexes) {
      // What the program itself needs is no fault of a file.
      if (!reader) for (const original of originals) usual = takenOf(await read(original));
      const mutant = mutantOf(seed, index);
      const told = await read(mutant);
      const more = takenOf(told) - usual;
      counts.read += 1;
      if (typeof told !== 'string') {
        if (told.rows > 0) counts.withRows += 1;
        if (told.refused !== null) counts.refused += 1;
        taken = Math.max(taken, more);
      }
      const faults = faultsOf(told, more);
      if (faults.length === 0) continue;
      failures.push({ index, origin: mutant.origin, faults });
      // Its memory is no measure any more.
      await reader?.end();
      reader = undefined;
    }
  } finally {
    await reader?.end();
    folder.remove();
  }
  return { failures, counts, taken };
}

function takenOf(told: Told | string): number {
  return typeof told === 'string' ? 0 : told.taken;
}

function faultsOf(told: Told | string, taken: number): string[] {
  if (typeof told === 'string') return [told];
  return [
    ...told.faults,
    ...(taken > MAX_TAKEN_MIB ? [`it took ${taken} MiB`] : []),
    ...(told.ms > MAX_CPU_MS ? [`it took ${told.ms} ms of processor time`] : []),
  ];
}
