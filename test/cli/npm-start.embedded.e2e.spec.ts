import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cloneDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { temporaryDataDir } from '../support/parley-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('stops Parley when npm is told to stop: no shell between them is left to swallow the signal', async () => {
  const [database, data] = await Promise.all([cloneDatabase(), temporaryDataDir()]);
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', DATABASE_URL: database.url, PARLEY_DATA_DIR: data.path },
    // A group of its own, so that whatever npm leaves behind can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  npm.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  npm.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  try {
    await eventually(() => expect(printed).toContain('API key'), { timeoutMs: 50_000 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
    const exited = once(npm, 'exit');
    npm.kill('SIGTERM');
    await exited;
    await expect(fetch(`${url}/healthz`), printed).rejects.toThrow();
  } finally {
    endGroup(npm.pid);
    await data.remove();
    await database.drop();
  }
});

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
