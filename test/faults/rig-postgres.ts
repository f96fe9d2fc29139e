import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { cloneDatabase } from '../support/database.js';
import { temporaryDataDir } from '../support/parley-process.js';

export interface RigPostgres {
  readonly url: string;
  /** Only of a Postgres of the rig's own. */
  readonly postmaster: RigPostmaster | undefined;
  close(): Promise<void>;
}

/** A Postgres that a test may kill. Whenever it is dead its supervisor, in this process, starts it again. */
export interface RigPostmaster {
  /** Where its cluster lies. */
  readonly clusterDir: string;
  /** SIGKILL, if it lives. Its sessions end with it. */
  kill(): Promise<void>;
}

/** A database of the run's Postgres, or a Postgres of its own. */
export async function openRigPostgres(hasOwn: boolean, ownDataDir?: string): Promise<RigPostgres> {
  if (hasOwn) return startOwnPostgres(ownDataDir);
  const cloned = await cloneDatabase();
  return { url: cloned.url, postmaster: undefined, close: () => cloned.drop() };
}

async function startOwnPostgres(given?: string): Promise<RigPostgres> {
  const data = given === undefined ? await temporaryDataDir() : { path: given, remove: () => Promise.resolve() };
  // What Linux has is there after a kill; nothing here must survive a power cut.
  const postgres = await startEmbeddedPostgres({ dataDir: data.path, settings: { fsync: 'off' } });
  return {
    url: postgres.url,
    postmaster: {
      clusterDir: join(data.path, 'postgres'),
      async kill() {
        const file = await readFile(join(data.path, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
        const pid = Number(file.split('\n')[0]);
        try {
          if (pid > 0) process.kill(pid, 'SIGKILL');
        } catch {
          // It is dead already, and its file was left behind.
        }
      },
    },
    async close() {
      await postgres.stop();
      await data.remove();
    },
  };
}
