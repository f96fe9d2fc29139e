import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { whyNoBroker } from './kafka/broker.mjs';
import type { Topology } from './test/support/topology.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Otherwise vite loads graphql's ESM build beside the CommonJS one: "Cannot use GraphQLSchema from another module or realm". */
const alias = [{ find: /^graphql$/, replacement: here('node_modules/graphql/index.js') }];

const withServers = { globalSetup: [here('test/support/global-setup.ts')] };

/** Without Kafka the set-up says aloud what is skipped; where it is required, let it fail. */
const isKafkaThere =
  whyNoBroker() === undefined ||
  Boolean(process.env['KAFKA_BROKERS']) ||
  (process.env['PARLEY_REQUIRE'] ?? '').split(',').includes('kafka');

const E2E = 'test/**/*.e2e.spec.ts';
const EMBEDDED_ONLY = 'test/**/*.embedded.e2e.spec.ts';
const PAIRS_ONLY = 'test/**/*.pairs.e2e.spec.ts';
/** Of the files that run everywhere: what two processes of a role share, and could both do. The rest is in `-more`. */
const FOR_PAIRS = ['keys', 'rebuild', 'resume', 'schedules', 'stories'].map((name) => `test/e2e/${name}.e2e.spec.ts`);
/** In one process these see HTTP, sockets and what is refused before anything is appended: the same above either log. */
const ABOVE_THE_LOG = ['test/http/{drain,graphql,websocket}.e2e.spec.ts', 'test/e2e/bad-input.e2e.spec.ts'];

/** One file at a time, after everything else: each starts up to eight processes. */
const alone = (groupOrder: number) => ({ maxWorkers: 1, sequence: { groupOrder } });

/** The same files on another topology, except those that are by their nature about one: their names say which. */
const e2e = (name: string, topology: Topology, exclude: readonly string[], more: object = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [E2E],
    ...more,
    exclude: ['test/faults/**', ...exclude],
    isolate: false,
    provide: { topology },
    testTimeout: 60_000,
    // Up to eight processes start at once on the two cores of the machines that check this.
    hookTimeout: 120_000,
    ...withServers,
  },
});

/**
 * The suffix of a test file tells its cost: `.spec` is pure, `.int.spec` needs Postgres, `.e2e.spec` is the whole app.
 * None of them is isolated: whatever a file starts it stops, and loading all of Parley anew takes two seconds of every file.
 */
export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    // Machines that check this have two cores, and files wait for more than a third of their time. Four at once would make
    // every deadline a matter of luck.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.spec.ts'],
          exclude: ['test/**/*.{int,e2e}.spec.ts'],
          isolate: false,
          // A thousand random histories are no matter of time, on a busy machine either.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['test/**/*.int.spec.ts'],
          exclude: ['test/faults/**'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          ...withServers,
        },
      },
      e2e('e2e', 'embedded', [PAIRS_ONLY]),
      ...(isKafkaThere
        ? [
            e2e('e2e-kafka', 'kafka', [EMBEDDED_ONLY, PAIRS_ONLY, ...ABOVE_THE_LOG]),
            e2e('processes-roles', 'kafka-roles', [EMBEDDED_ONLY, PAIRS_ONLY], alone(1)),
            e2e('processes-pairs', 'kafka-pairs', [], { ...alone(2), include: [PAIRS_ONLY, ...FOR_PAIRS] }),
            e2e('processes-pairs-more', 'kafka-pairs', [EMBEDDED_ONLY, PAIRS_ONLY, ...FOR_PAIRS], alone(3)),
          ]
        : []),
    ],
  },
});
