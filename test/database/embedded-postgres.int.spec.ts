import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { findPostgresUser } from '../../src/database/postgres-binaries.js';
import { isAlive, readPostmasterFile } from '../../src/database/postmaster.js';
import { eventually } from '../support/eventually.js';
import { newScratch } from '../support/scratch.js';

const settings = { fsync: 'off' };

/** A session that waits for something ends with its server at once; one that computes doesn't. */
const WORK_FOR_TWO_SECONDS = `do $$ declare until timestamptz := clock_timestamp() + interval '2 seconds';
  begin while clock_timestamp() < until loop end loop; end $$`;

/** A process that has ended and whose parent doesn't care; of the user that PostgreSQL runs as. */
async function makeZombie(): Promise<{ readonly pid: number; end(): void }> {
  const script = 'exec 3<&0; cat <&3 & echo $!; exec sleep 60';
  const parent = spawn('sh', ['-c', script], { ...(await findPostgresUser()) });
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(chunk.toString());
  // As long as it is the shell, it would still care.
  await eventually(async () => expect(await readFile(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'));
  parent.stdin.end();
  await eventually(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '));
  return { pid, end: () => parent.kill('SIGKILL') };
}

describe('embedded PostgreSQL', { timeout: 60_000 }, () => {
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];

  // One directory for all: setting one up takes longer than every test here.
  beforeAll(async () => {
    // Nobody but its owner may pass, as mktemp makes it: as root, the user postgres has to get through all the same.
    dataDir = await newScratch('parley-embedded-');
    await chmod(dataDir, 0o700);
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const start = async (onStep?: (step: string) => void) => {
    const postgres = await startEmbeddedPostgres({ dataDir, settings, onStep });
    started.push(postgres);
    return postgres;
  };
  const pidOf = async () => {
    const found = await readPostmasterFile(join(dataDir, 'postgres'));
    if (!found) throw new Error('There is no pid file.');
    return found.pid;
  };

  it('is set up at the first start only, keeps its data and its port, and leaves nothing running', async () => {
    // What a set-up that was killed half-way leaves behind.
    await mkdir(join(dataDir, 'postgres.unfinished'));
    await writeFile(join(dataDir, 'postgres.unfinished', 'PG_VERSION'), '18\n');
    const steps: string[] = [];
    const first = await start((step) => steps.push(step));
    const pid = await pidOf();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const second = await start((step) => steps.push(step));
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(second.url).toBe(first.url);
    expect(steps).toEqual(['Setting up PostgreSQL', 'Starting PostgreSQL', 'Starting PostgreSQL']);
  });

  it('asks for a password that only its owner can read', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password/);
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o077).toBe(0);
  });

  it('adopts the server that a killed process left running', async () => {
    const first = await start();
    const pid = await pidOf();
    const second = await start();
    expect(await pidOf()).toBe(pid);
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('starts the server again on the same port when it is killed, its sessions still there', async () => {
    const { url } = await start();
    const session = new pg.Client({ connectionString: url });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('create table kept_too as select 1 as n');
    const pid = await pidOf();
    process.kill(pid, 'SIGKILL');
    const rows = await eventually(() => query(url, 'select n from kept_too'), { timeoutMs: 30_000 });
    expect(rows).toEqual([{ n: 1 }]);
    expect(await pidOf()).not.toBe(pid);
    await session.end().catch(() => undefined);
  });

  it('starts no other server while a session of the killed one is still working', async () => {
    const { url } = await start();
    const session = new pg.Client({ connectionString: url });
    session.on('error', () => undefined);
    await session.connect();
    const begun = performance.now();
    const working = session.query(WORK_FOR_TWO_SECONDS).catch(() => undefined);
    await eventually(async () => {
      expect(
        await query(url, `select 1 from pg_stat_activity where query like 'do $$%' and state = 'active'`),
      ).toHaveLength(1);
    });
    process.kill(await pidOf(), 'SIGKILL');
    await eventually(() => query(url, 'select 1'), { timeoutMs: 30_000 });
    expect(performance.now() - begun).toBeGreaterThan(2_000);
    await working;
    await session.end().catch(() => undefined);
  });

  const writePidFile = (url: string, pid: number) => {
    const lines = [pid, join(dataDir, 'postgres'), 1, new URL(url).port, '', '127.0.0.1', '', 'ready', ''];
    return writeFile(join(dataDir, 'postgres', 'postmaster.pid'), lines.join('\n'));
  };

  it('starts beside the pid file of a server that is gone, even if its number belongs to another process now', async () => {
    const first = await start();
    await first.stop();
    await writePidFile(first.url, process.pid);
    const second = await start();
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(isAlive(process.pid)).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'starts beside the pid file of a killed server that nobody has reaped',
    async () => {
      const first = await start();
      await first.stop();
      const zombie = await makeZombie();
      await writePidFile(first.url, zombie.pid);
      const second = await start();
      expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
      zombie.end();
    },
  );

  it('takes another port when the one of last time is taken', async () => {
    const first = await start();
    await first.stop();
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(Number(new URL(first.url).port), '127.0.0.1', resolve));
    const second = await start();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    occupant.close();
  });

  it('goes on for another process that uses it', async () => {
    const first = await start();
    const pid = await pidOf();
    const other = new pg.Client({ connectionString: first.url, application_name: 'parley 1' });
    await other.connect();
    await first.stop();
    expect(isAlive(pid)).toBe(true);
    await other.end();
    await (await start()).stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('refuses data of another major version, touches nothing, and says what to do', async () => {
    const old = join(dataDir, 'old');
    await mkdir(join(old, 'postgres'), { recursive: true });
    await writeFile(join(old, 'postgres', 'PG_VERSION'), '16\n');
    const refused = startEmbeddedPostgres({ dataDir: old, settings });
    await expect(refused).rejects.toThrow(/PostgreSQL 16.*PostgreSQL 18.*pg_dump.*DATABASE_URL/s);
    expect(await readFile(join(old, 'postgres', 'PG_VERSION'), 'utf8')).toBe('16\n');
  });
});

async function query(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
