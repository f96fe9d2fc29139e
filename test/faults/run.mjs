/**
 * `npm run faults`: every fault of this version on real processes, on both logs; `npm run faults -- F6 F7`: those by
 * name; `-- --log kafka`: on that log only; `-- --quick`: each with fewer rounds and mostly on one log, for CI, and without
 * the histories of thousands of sends and what `npm test` does in nearly the same form (order) unless they are named.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** How the name of a test ends; test/faults/describe-fault.ts writes it. */
const LOGS = { embedded: 'on the embedded log', kafka: 'on Kafka' };

const { names, log, isQuick } = readArguments();
const unnamed = isQuick ? '(?!history\\s|order\\s)' : '';
const faults = names.length > 0 ? `(${names.join('|')})\\s` : unnamed;
const suffix = log === undefined ? '' : `.*, ${LOGS[log]}\\b`;
run('bin/build.mjs');
run(
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'vitest.faults.config.ts',
  ...(faults + suffix === '' ? [] : ['--testNamePattern', `^${faults}${suffix}`]),
);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { quick: { type: 'boolean', default: false }, log: { type: 'string' } },
      allowPositionals: true,
    });
    if (values.log !== undefined && !Object.hasOwn(LOGS, values.log)) throw new Error(`There is no log ${values.log}.`);
    const stranger = positionals.find(
      (name) => !/^(F\d+|postmaster|history|kills|restore|resume|order|rebuild)$/.test(name),
    );
    if (stranger !== undefined) throw new Error(`${stranger} is not the name of a fault.`);
    return { names: positionals, log: values.log, isQuick: values.quick };
  } catch (error) {
    console.error(
      `${error.message}\nUsage: npm run faults -- [--quick] [--log embedded|kafka] [F1 F2 … postmaster history kills restore resume order rebuild]`,
    );
    process.exit(2);
  }
}

function run(script, ...args) {
  const env = { ...process.env, ...(isQuick ? { PARLEY_FAULTS_QUICK: '1' } : {}) };
  const ended = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit', env });
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}
