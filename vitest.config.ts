import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Otherwise vite loads graphql's ESM build beside the CommonJS one: "Cannot use GraphQLSchema from another module or realm". */
const alias = [{ find: /^graphql$/, replacement: here('node_modules/graphql/index.js') }];

const withPostgres = { globalSetup: [here('test/support/global-setup.ts')] };

/** The suffix of a test file tells its cost: `.spec` is pure, `.int.spec` needs Postgres, `.e2e.spec` is the whole app. */
export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    // Machines that check this have two cores; more files at once only make every deadline a matter of luck.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.spec.ts'],
          exclude: ['test/**/*.{int,e2e}.spec.ts', 'test/faults/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['test/**/*.int.spec.ts'],
          exclude: ['test/faults/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          ...withPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.spec.ts'],
          exclude: ['test/faults/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...withPostgres,
        },
      },
    ],
  },
});
