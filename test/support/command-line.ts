import { EventEmitter } from 'node:events';
import { runCli, type CliDeps } from '../../src/cli/program.js';

export interface Said {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs one command line in this process, under the environment that the test has stubbed. Nothing of it starts Parley. */
export async function parley(args: readonly string[], over: Partial<CliDeps> = {}): Promise<Said> {
  const said = { output: '', errors: '' };
  const code = await runCli(args, {
    createApp: () => Promise.reject(new Error('Nothing is started.')),
    // Only where a test asks for it: it brings both drivers.
    lookAtLog: async (...args) => (await import('../../src/stores.js')).lookAtLog(...args),
    input: (async function* () {})(),
    output: { write: (text) => (said.output += text) },
    errors: { write: (text) => (said.errors += text) },
    process: Object.assign(new EventEmitter(), { exit: () => undefined }) as unknown as NodeJS.Process,
    ...over,
  });
  return { code, ...said };
}
