import { spawn, type ChildProcess } from 'node:child_process';

/** A test run that is killed leaves no process behind: a shell reads from us, and when we are gone it ends the child. */
export function endWithUs(child: ChildProcess): void {
  const script = 'read word; [ "$word" = dismissed ] || kill -KILL "$1"';
  const watchdog = spawn('sh', ['-c', script, 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  watchdog.stdin.on('error', () => undefined);
  child.once('exit', () => watchdog.stdin.end('dismissed\n'));
}
