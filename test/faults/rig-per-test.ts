import { afterEach, beforeEach } from 'vitest';
import { openRig, type Rig, type RigOptions } from './rig.js';

/** A rig of its own for each test of a group, everything started; closed afterwards. Of a failed test, what was printed. */
export function rigPerTest(options: RigOptions, take: (rig: Rig) => void): void {
  let opened: Rig | undefined;
  beforeEach(async () => {
    opened = await openRig(options);
    take(opened);
    await opened.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && opened) console.error(opened.output());
    await opened?.close();
    opened = undefined;
  });
}
