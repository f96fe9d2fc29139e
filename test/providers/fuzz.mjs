/**
 * `npm run fuzz`: 100,000 random and mutated webhook bodies for each provider. `SEED=… npm run fuzz` repeats a run;
 * `npm run fuzz -- bird` fuzzes one provider.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [provider = ''] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'pure', `test/providers/${provider}`],
    ...['--testNamePattern', 'random and mutated bodies', '--reporter', 'verbose'],
  ],
  { cwd: root, stdio: 'inherit', env: { FUZZ_RUNS: '100000', ...process.env } },
);
process.exit(status ?? 1);
