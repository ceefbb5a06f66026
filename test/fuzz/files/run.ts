/** `npm run fuzz-files -- --files N --seed N`: reads mutants of the kept feed files, and prints how to repeat each failure. */
import { parseArgs } from 'node:util';
import { fuzzFiles } from './fuzz-files.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Reads only the file with this index. */
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const indexes = values.only === undefined ? Array(Number(values.files)).keys() : [Number(values.only)];
const say = (text: string) => process.stdout.write(`${text}\n`);

const began = performance.now();
const { failures, counts, taken } = await fuzzFiles(seed, indexes);
for (const { index, origin, faults } of failures) {
  say(`\nfile ${index}, of ${origin}: ${faults.join('; ')}`);
  say(`  again     npm run fuzz-files -- --seed ${seed} --only ${index}`);
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
const { read, withRows, refused } = counts;
say(
  `seed ${seed}: ${read} files in ${seconds} s, ${withRows} gave rows, ${refused} were refused, at most ${taken} MiB, ${failures.length} failures`,
);
process.exitCode = failures.length > 0 ? 1 : 0;
