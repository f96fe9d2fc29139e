import { InvalidArgumentError, Option } from 'commander';
import { atMost } from '../lifecycle.js';
import { startSimulator, type Simulator } from '../simulators/simulator.js';
import { SIMULATED, type Described } from '../simulators/simulated.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, STOP_SIGNALS, type AddVerb, type ExitCode } from './verb.js';

export interface SimulateDeps {
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
  /** Whose signals end it. */
  readonly process: Pick<NodeJS.Process, 'on' | 'off'>;
}

interface SimulateOptions {
  readonly port: number;
  readonly seed: number;
  readonly throttles: number;
  readonly fails: number;
  readonly drops: number;
  readonly repeats: number;
  readonly reorders: number;
}

const BY_NAME: Readonly<Record<string, Described>> = SIMULATED;
const PROVIDERS = Object.keys(BY_NAME);

export const addSimulate: AddVerb<SimulateDeps> = (program, deps, finish) => {
  const verb = program
    .command('simulate')
    .description('run a simulated provider until Ctrl-C, for those without an account (docs/providers)')
    .argument('<provider>', `one of ${PROVIDERS.join(', ')}`, toProvider)
    .option('--port <port>', 'default: one that is free', toPort, 0)
    .option('--seed <seed>', 'the same seed and the same calls misbehave alike', toPort, 0);
  for (const [name, words] of Object.entries(FAULTS)) verb.addOption(faultOption(name, words));
  verb.action(async (provider: string, options: SimulateOptions) => finish(await simulate(deps, provider, options)));
};

const FAULTS = {
  throttles: 'sends that are turned away, a probability from 0 to 1',
  fails: 'sends that meet a 500',
  drops: 'sends that are taken, and the line drops',
  repeats: 'webhooks that come twice',
  reorders: 'webhooks that change places',
} as const;

const faultOption = (name: string, words: string): Option =>
  new Option(`--${name} <chance>`, words).default(0).argParser(toChance);

const STOP_MS_MAX = 5_000;

async function simulate(deps: SimulateDeps, provider: string, options: SimulateOptions): Promise<ExitCode> {
  const described = BY_NAME[provider];
  if (described === undefined) return EXIT.usage;
  const { port, seed, throttles, fails, drops, repeats, reorders } = options;
  const faults = { throttles, fails, acceptsAndDrops: drops, repeats, reorders };
  let simulator: Simulator;
  try {
    simulator = await startSimulator(described.create(), { port, seed, faults });
  } catch (error) {
    deps.errors.write(`${error instanceof Error ? error.message : 'It did not start.'}\n`);
    return EXIT.failed;
  }
  deps.output.write(`${provider} is simulated at ${simulator.baseUrl}\n`);
  const { settings, baseUrlSetting = 'apiBaseUrl' } = described;
  deps.output.write(
    `Settings of its channel: ${JSON.stringify({ ...settings, [baseUrlSetting]: simulator.baseUrl })}\n`,
  );
  await untilToldToStop(deps);
  await atMost(STOP_MS_MAX, simulator.stop());
  return EXIT.ok;
}

function untilToldToStop({ process }: SimulateDeps): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}

function toProvider(text: string): string {
  if (PROVIDERS.includes(text)) return text;
  throw new InvalidArgumentError(`One of ${PROVIDERS.join(', ')}.`);
}

function toPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('A whole number from 0 to 65535.');
}

function toChance(text: string): number {
  const chance = Number(text);
  if (text.trim() !== '' && chance >= 0 && chance <= 1) return chance;
  throw new InvalidArgumentError('A probability from 0 to 1.');
}
