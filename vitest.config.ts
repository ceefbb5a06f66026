import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves packages: Vite would add `development`, and there would be two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    // Much of the time is waiting for real programs: one worker a core, where Vitest would leave one idle.
    maxWorkers: Math.max(2, availableParallelism()),
    // Hundreds of real programs are started: each compiles for a third of a second less.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    globalSetup: 'test/postgres.ts',
    include: ['test/**/*.test.ts'],
    // What waits for a state waits long (test/eventually.ts), so that tests hold on a machine with much else to do.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
