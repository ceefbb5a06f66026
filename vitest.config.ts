import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves packages: Vite would add `development`, and there would be two copies of graphql.
  ssr: { resolve: { conditions: ['module-sync', 'node'] } },
  test: {
    globalSetup: 'test/postgres.ts',
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
