import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { startBuiltThreads } from './build.ts';

/** Files that take more than ten seconds, the longest first: started last, one of them would leave the other workers idle. */
const LONGEST = [
  'neighbour',
  'packed',
  'killed-gateway',
  'full-disk',
  'dispatch',
  'storm',
  'command',
  'live-limits',
  'examples',
  'disk',
  'import-inventory',
  'hand-in',
  'feed-crash',
  'bulk',
  'graphiql',
  'live',
  'operations',
  'retries',
  'grid',
  'other-supplier',
  'looks',
  'editing',
  'signing-in',
  'url-secrets',
  'clocks',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

const dist = new URL('dist', import.meta.url).href;
const src = fileURLToPath(new URL('src/', import.meta.url));

export default defineConfig({
  // A built thread loads a few files in place of hundreds.
  plugins: [
    {
      name: 'built-threads',
      // Before types are stripped: the printer of that step writes other quotes, and the pattern would not be found.
      enforce: 'pre',
      transform: (code, path) => (path.startsWith(src) ? startBuiltThreads(code, dist) : null),
    },
  ],
  // As Node resolves packages: Vite would add `development`, and there would be two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    // Much of the time is waiting for real programs: one worker more than there are cores.
    maxWorkers: 1 + Math.max(2, availableParallelism()),
    // Files in one worker share loaded modules, which saves a third of the processor time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/machine/built-program.ts', 'test/support/stores/postgres-for-all.ts'],
    include: ['test/**/*.test.ts'],
    // What waits for a state waits long (test/support/eventually.ts), so that tests hold on a machine with much else to do.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
