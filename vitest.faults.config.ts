import { defineConfig } from 'vitest/config';

/** The faults: whole processes, real kills. One file after another, for each wants the machine. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/faults/*.fault.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    fileParallelism: false,
    isolate: false,
    testTimeout: 180_000,
    // Eight processes and a broker start within it, also where another job has the machine.
    hookTimeout: 120_000,
    bail: 0,
  },
});
