/**
 * `npm run faults`: every fault of this version on real processes; `npm run faults -- F6 F7`: those by name;
 * `npm run faults -- --quick`: each with fewer rounds, for CI.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = process.argv.slice(2).filter((argument) => argument.startsWith('--') && argument !== '--quick');
if (unknown.length > 0 || names.some((name) => !/^(F\d+|postmaster)$/.test(name))) {
  console.error('Usage: npm run faults -- [--quick] [F1 F2 … postmaster]');
  process.exit(2);
}
const run = (script, ...args) => {
  const ended = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(process.argv.includes('--quick') ? { PARLEY_FAULTS_QUICK: '1' } : {}) },
  });
  if (ended.status !== 0) process.exit(ended.status ?? 1);
};
run('bin/build.mjs');
run(
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'vitest.faults.config.ts',
  ...(names.length > 0 ? ['--testNamePattern', `(^|\\s)(${names.join('|')})\\s`] : []),
);
