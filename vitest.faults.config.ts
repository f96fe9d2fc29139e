import { defineConfig } from 'vitest/config';

/** What these hold is, too, how fast: each has the machine to itself. */
const TIMED = [
  ...['f03-broker', 'f04-network', 'f08-kafka-away', 'f09-f21-away', 'f09-postgres', 'f10-postgres-slow'],
  ...['f11-f38-lifecycle', 'f18-f20-webhooks', 'f21-repeats', 'f29-slow-readers', 'f35-disk-full', 'f39-endurance'],
].map((name) => `test/faults/${name}.fault.ts`);

/** The others hold that nothing is lost, doubled or reordered, and wait most of the time: in the quick form two at once. */
const AT_ONCE = process.env['PARLEY_FAULTS_QUICK'] ? 2 : 1;

const project = (name: string, groupOrder: number, files: object) => ({
  extends: true as const,
  test: { name, sequence: { groupOrder }, ...files },
});

/** The faults: whole processes, real kills. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    isolate: false,
    testTimeout: 180_000,
    // Eight processes and a broker start within it, also where another job has the machine.
    hookTimeout: 120_000,
    bail: 0,
    projects: [
      project('timed', 0, { include: TIMED, maxWorkers: 1 }),
      project('untimed', 1, { include: ['test/faults/*.fault.ts'], exclude: TIMED, maxWorkers: AT_ONCE }),
    ],
  },
});
