import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createAdapters } from '../../src/roles/providers.js';
import { SIMULATED } from '../../src/simulators/simulated.js';
import { parley } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { reservePort } from '../support/parley-process.js';

const adapters = createAdapters(() => undefined);
/** One of them is simulated in two flavours. */
const adapterOf = (name: string) =>
  adapters.find(({ kind }) => name.replace('-on-premises', '').toUpperCase().replaceAll('-', '_') === kind);

describe('parley simulate', () => {
  it('knows each provider', () => {
    const simulated = new Set(Object.keys(SIMULATED).map((name) => adapterOf(name)?.kind));
    expect(simulated).toEqual(new Set(adapters.map(({ kind }) => kind).filter((kind) => kind !== 'SANDBOX')));
  });

  it.each(Object.keys(SIMULATED))('%s: listens where it is told to, and says what its channel has', async (name) => {
    const port = await reservePort();
    const process = new EventEmitter();
    let output = '';
    const running = parley(['simulate', name, '--port', String(port)], {
      output: { write: (text) => (output += text) },
      process: process as unknown as NodeJS.Process,
    });
    const told = await eventually(() => JSON.parse(/\{.*\}/.exec(output)?.[0] ?? '') as Record<string, unknown>);
    const url = `http://127.0.0.1:${port}`;
    expect(told['apiBaseUrl'] ?? told['baseUrl']).toBe(url);
    expect(adapterOf(name)?.parseSettings(told)).toMatchObject({ ok: true });
    // Whoever shows nothing is let in by none of them.
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(400);
    process.emit('SIGINT');
    expect((await running).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });
});
