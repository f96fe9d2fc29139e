import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import type { Config } from '../../src/config.js';
import type { App, AppOptions } from '../../src/cli/start.js';

/** A command line with an app of the test's own, and a process that can be sent signals. */
function terminal(createApp: (options: AppOptions, config: Config) => Promise<App>) {
  const written = { output: '', errors: '' };
  const process = Object.assign(new EventEmitter(), { exit: vi.fn() });
  const run = (...args: string[]) =>
    runCli(args, {
      createApp: (config, options) => createApp(options, config),
      lookAtLog: () => Promise.reject(new Error('Nothing is looked at.')),
      input: (async function* () {})(),
      output: { write: (text) => (written.output += text) },
      errors: { write: (text) => (written.errors += text) },
      process: process as unknown as NodeJS.Process,
    });
  return { run, written, process };
}

const app = (over: Partial<App> = {}): App => ({
  url: 'http://127.0.0.1:4000',
  ready: Promise.resolve({ apiKey: 'pk_x' }),
  stop: () => Promise.resolve(),
  ...over,
});

describe('parley', () => {
  beforeEach(() => vi.stubEnv('PARLEY_LOG_LEVEL', 'silent'));
  afterEach(() => vi.unstubAllEnvs());

  it.each([['--help'], ['--version'], ['help']])('answers %s with 0', async (arg) => {
    const { run, written } = terminal(() => Promise.resolve(app()));
    expect(await run(arg)).toBe(0);
    expect(written.output).not.toBe('');
  });

  it.each([['no command'], ['unknown', 'stop'], ['unknown option', 'start', '--fast']])(
    'answers %s with 2 and how it is used',
    async (_case, ...args) => {
      const { run, written } = terminal(() => Promise.resolve(app()));
      expect(await run(...args)).toBe(2);
      expect(written.errors).toContain('Usage: parley');
    },
  );

  it('answers a bad environment with 2, before anything starts', async () => {
    vi.stubEnv('PORT', 'x');
    const createApp = vi.fn();
    const { run, written } = terminal(createApp);
    expect(await run('start')).toBe(2);
    expect(written.errors).toContain('PORT must');
    expect(createApp).not.toHaveBeenCalled();
  });
});

describe('parley start --roles', () => {
  beforeEach(() => {
    vi.stubEnv('PARLEY_LOG_LEVEL', 'silent');
    vi.stubEnv('PARLEY_ROLES', 'nobody');
    vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1/parley');
    vi.stubEnv('KAFKA_BROKERS', '127.0.0.1:9092');
    vi.stubEnv('PARLEY_SECRET_KEY', Buffer.alloc(32).toString('base64'));
  });
  afterEach(() => vi.unstubAllEnvs());

  it('wins over PARLEY_ROLES', async () => {
    let roles: readonly string[] = [];
    const { run, process } = terminal((_options, config) => {
      roles = config.roles;
      return Promise.resolve(app());
    });
    const exitCode = run('start', '--roles', 'projector, api');
    await vi.waitFor(() => expect(roles).toEqual(['api', 'projector']));
    process.emit('SIGTERM');
    expect(await exitCode).toBe(0);
  });

  it.each(['workers', '', 'api,'])('answers "%s" with 2 and which ones there are', async (roles) => {
    const createApp = vi.fn();
    const { run, written } = terminal(createApp);
    expect(await run('start', '--roles', roles)).toBe(2);
    expect(written.errors).toContain('api, interpreter, projector, dispatcher');
    expect(written.errors).toContain('Usage: parley start');
    expect(createApp).not.toHaveBeenCalled();
  });

  it('says all that a process with only some of the roles lacks', async () => {
    for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'PARLEY_SECRET_KEY']) vi.stubEnv(name, '');
    const { run, written } = terminal(vi.fn());
    expect(await run('start', '--roles', 'dispatcher')).toBe(2);
    for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'PARLEY_SECRET_KEY', 'PARLEY_PUBLIC_URL'])
      expect(written.errors).toContain(name);
  });
});

describe('parley start', () => {
  beforeEach(() => vi.stubEnv('PARLEY_LOG_LEVEL', 'silent'));
  afterEach(() => vi.unstubAllEnvs());

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('greets once it is ready, and stops with 0 on %s', async (signal) => {
    const stop = vi.fn(() => Promise.resolve());
    const { run, written, process } = terminal(() => Promise.resolve(app({ stop })));
    const exitCode = run('start');
    await vi.waitFor(() => expect(written.output).toContain('Parley is ready'));
    process.emit(signal);
    expect(await exitCode).toBe(0);
    expect(stop).toHaveBeenCalledOnce();
    expect(process.listenerCount(signal)).toBe(0);
  });

  it('says where it listens while it still waits for what it needs', async () => {
    const never = new Promise<never>(() => undefined);
    const { run, written, process } = terminal(() => Promise.resolve(app({ ready: never })));
    const exitCode = run('start');
    await vi.waitFor(() => expect(written.output).toContain('Listening on http://127.0.0.1:4000'));
    expect(written.output).not.toContain('ready');
    process.emit('SIGINT');
    expect(await exitCode).toBe(0);
  });

  it('tells in one line why it could not start, with 1, and stops what it had', async () => {
    const stop = vi.fn(() => Promise.resolve());
    const ready = Promise.reject(new Error('Another Parley uses this database.'));
    const { run, written } = terminal(() => Promise.resolve(app({ ready, stop })));
    expect(await run('start')).toBe(1);
    expect(written.errors).toContain('Parley could not start: Another Parley uses this database.');
    expect(stop).toHaveBeenCalledOnce();
  });

  it('ends with 1 when it could not even listen', async () => {
    const { run, written } = terminal(() => Promise.reject(new Error('Port 4000 is taken.')));
    expect(await run('start')).toBe(1);
    expect(written.errors).toContain('Port 4000 is taken.');
  });

  it('stops with 1 after what it cannot recover from', async () => {
    let fail: AppOptions['onFatal'] = () => undefined;
    const stop = vi.fn(() => Promise.resolve());
    const { run, written } = terminal((options) => {
      fail = options.onFatal;
      return Promise.resolve(app({ stop }));
    });
    const exitCode = run('start');
    await vi.waitFor(() => expect(written.output).toContain('Parley is ready'));
    fail(new Error('The lock is gone.'));
    expect(await exitCode).toBe(1);
    expect(stop).toHaveBeenCalledOnce();
  });

  it('gives way at once to a later signal, and takes two within a second for one', async () => {
    let hasStopped: () => void = () => undefined;
    const stop = vi.fn(() => new Promise<void>((resolve) => (hasStopped = resolve)));
    const { run, written, process } = terminal(() => Promise.resolve(app({ stop })));
    const exitCode = run('start');
    await vi.waitFor(() => expect(written.output).toContain('Parley is ready'));
    process.emit('SIGINT');
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
    process.emit('SIGINT');
    expect(process.exit, 'npm passes on what the terminal has sent already').not.toHaveBeenCalled();
    const later = performance.now() + 1_500;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    process.emit('SIGINT');
    expect(process.exit).toHaveBeenCalledWith(1);
    vi.restoreAllMocks();
    hasStopped();
    await exitCode;
  });
});
