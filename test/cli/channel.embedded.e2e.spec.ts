import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator } from '../../src/simulators/telegram.js';
import { parley } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('channels on the command line', () => {
  let app: TestApp;
  let simulator: Simulator;
  beforeAll(async () => {
    app = await startTestApp();
    simulator = await startSimulator(createTelegramSimulator({ botToken: '1:right' }));
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });
  beforeEach(() => {
    for (const [name, value] of Object.entries(app.env)) vi.stubEnv(name, value);
  });
  afterEach(() => vi.unstubAllEnvs());

  const add = (settings: object | string, ...args: string[]) =>
    parley(['channel', 'add', '--name', 'Bot', '--provider', 'telegram', '--platform', 'telegram', ...args], {
      input: (async function* () {
        yield typeof settings === 'string' ? settings : JSON.stringify(settings);
      })(),
    });
  const settings = (botToken: string) => ({ botToken, secretToken: 'marker', apiBaseUrl: simulator.baseUrl });

  it('are added, listed and verified', async () => {
    const added = await add(settings('1:right'));
    expect(added).toMatchObject({ code: 0, output: expect.stringMatching(/^chan_\w+\n$/) as unknown });
    const id = added.output.trim();
    const listed = await parley(['channel', 'list', '--json']);
    const lines = listed.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly id: string });
    expect(lines.find((line) => line.id === id)).toMatchObject({ provider: 'TELEGRAM', name: 'Bot', isEnabled: true });
    expect((await parley(['channel', 'list'])).output).toContain(id);
    expect(listed.output).not.toContain('marker');
    const verified = await parley(['channel', 'verify', id]);
    expect(verified).toEqual({ code: 0, output: 'The provider accepts it, as @simulated_bot.\n', errors: '' });
  });

  it('say with 1 that the provider refuses the credentials, or that Parley does', async () => {
    const { output } = await add(settings('1:wrong'), '--json');
    const { id } = JSON.parse(output) as { readonly id: string };
    const verified = await parley(['channel', 'verify', id, '--json']);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.output)).toMatchObject({ isConfirmed: false, failure: { code: 'CREDENTIALS_INVALID' } });
    const refused = await add({ botToken: '1:right' });
    expect(refused).toMatchObject({ code: 1, output: '' });
    expect(refused.errors).toContain('settings.secretToken: ');
    expect(await parley(['channel', 'verify', 'chan_01h455vb4pex5vsknk084sn02q'])).toMatchObject({ code: 1 });
  });

  it('say with 2 what can not be meant', async () => {
    expect((await add('no json')).code).toBe(2);
    expect((await parley(['channel', 'add', '--name', 'Bot', '--provider', 'pigeon', '--platform', 'SMS'])).code).toBe(
      2,
    );
    expect((await parley(['simulate', 'pigeon'])).code).toBe(2);
    expect((await parley(['simulate', 'telegram', '--drops', '2'])).code).toBe(2);
  });

  it('can be connected to a simulated provider, which runs until it is told to stop', async () => {
    const process = new EventEmitter();
    let output = '';
    const running = parley(['simulate', 'telegram'], {
      output: { write: (text) => (output += text) },
      process: process as unknown as NodeJS.Process,
    });
    await eventually(() => expect(output).toContain('apiBaseUrl'));
    const told = JSON.parse(/\{.*\}/.exec(output)?.[0] ?? '') as object;
    const id = (await add(told)).output.trim();
    expect((await parley(['channel', 'verify', id])).code).toBe(0);
    process.emit('SIGINT');
    expect((await running).code).toBe(0);
    expect((await parley(['channel', 'verify', id])).output).toContain('PROVIDER_UNAVAILABLE');
  });
});
