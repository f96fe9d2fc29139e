import { readFile } from 'node:fs/promises';

/** Of a process: VmRSS, in kB there (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html). */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === '') throw new Error('The process is gone.');
  return Number(kilobytes) * 1_024;
}
