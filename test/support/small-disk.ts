import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that can be filled up, and emptied again. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all of the space that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  close(): Promise<void>;
}

/** Why none can be made here; undefined when one can. Only root may mount, and not in every container. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'no Linux';
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs';
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']);
  return tried.status === 0 ? undefined : 'no tmpfs may be mounted here';
}

/** @param mebibytes how much fits on it; in memory, and only what is used */
export async function openSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  // For everybody: an embedded PostgreSQL has a user of its own.
  run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0777`, 'tmpfs', path]);
  const ballast = join(path, 'ballast');
  return {
    path,
    async fill() {
      const { bavail, bsize } = await statfs(path);
      // What frees itself meanwhile is taken too, until nothing is left.
      await writeFile(ballast, Buffer.alloc(bavail * bsize)).catch(refuseAllButFull);
      for (;;) {
        const { bavail: left } = await statfs(path);
        if (left === 0) return;
        await writeFile(ballast, Buffer.alloc(left * bsize), { flag: 'a' }).catch(refuseAllButFull);
      }
    },
    free: () => unlink(ballast),
    async close() {
      // Whoever was killed a moment ago may still hold it: it goes with the last of them.
      run('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

function refuseAllButFull(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
