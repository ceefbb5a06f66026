/** Mutants of the kept feed files. Each depends only on the seed and on its index. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mutateBytes } from '../mutate-bytes.ts';
import { createRandom, type Random } from '../random.ts';
import { mutateCsv } from './mutate-csv.ts';
import { mutateWorkbook } from './mutate-workbook.ts';

export interface Mutant {
  /** The file that it was made of. */
  readonly origin: string;
  readonly bytes: Buffer;
}

const folder = fileURLToPath(new URL('../../fixtures/feeds', import.meta.url));
const load = (pattern: string): Mutant[] =>
  globSync(pattern, { cwd: folder })
    .toSorted()
    .map((origin) => ({ origin, bytes: readFileSync(`${folder}/${origin}`) }));

const tables = load('stock/*.csv');
const isArchive = ({ bytes }: Mutant) => bytes.toString('latin1', 0, 4) === 'PK\x03\x04';
const workbooks = load('{*.xlsx,stock/*.xlsx}').filter(isArchive);
/** What is refused whole: encrypted, old or of another kind. */
const others = load('*.{xlsx,xls,ods}').filter(
  (file) => !workbooks.some(({ origin }) => origin === file.origin),
);

/** The files themselves. */
export const originals: readonly Mutant[] = [...tables, ...workbooks, ...others];

/** Every other one is CSV. */
export function mutantOf(seed: number, index: number): Mutant {
  const random = createRandom(seed, index);
  if (index % 2 === 0) return mutate(tables, random, mutateCsv);
  if (random.oneIn(20)) return mutate(others, random, (bytes) => mutateBytes(bytes, random));
  return mutate(workbooks, random, mutateWorkbook);
}

function mutate(
  files: readonly Mutant[],
  random: Random,
  change: (bytes: Buffer, other: Buffer, random: Random) => Buffer,
): Mutant {
  const { origin, bytes } = random.pick(files);
  return { origin, bytes: change(bytes, random.pick(files).bytes, random) };
}
