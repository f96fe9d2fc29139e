import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untilReady } from '../support/parley-process.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { openRig, rounds, type Rig } from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

describe('F11 everything away while the process starts', () => {
  it('starts, says what is missing, and becomes ready alone', async () => {
    await rig.send('+15550100000');
    rig.proxy.cut();
    const { url } = await rig.restartAfterKill({ untilReady: false });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const readiness = await fetch(`${url}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.text()).toMatch(/postgres|database/i);
    const answer = await rig.client().ask('{ viewer { workspaceId } }');
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    rig.proxy.heal();
    await untilReady(url);
    await checkEverything(rig);
  });
});

describe('F38 SIGTERM under load', () => {
  it('fails no request in flight and is gone within 10 s', async () => {
    for (let round = 0; round < rounds(5, 1); round += 1) {
      const load = startLoad();
      await load.untilSent(50);
      const socket = rig.client().watch('subscription { inboxUpdated { cursor } }');
      const began = Date.now();
      const exit = rig.process().kill('SIGTERM');
      load.stop();
      await load.ended;
      expect(await exit).toBe(0);
      expect(Date.now() - began).toBeLessThan(10_000);
      await socket.stop();
      await rig.start();
    }
    await untilLagIsZero(rig.directUrl);
    await checkEverything(rig);
  });
});

/** Twenty senders, each with its next message after the last answer. A refused connection is not a request in flight. */
function startLoad() {
  let isOn = true;
  let sent = 0;
  const sender = async (index: number) => {
    while (isOn) {
      await rig.send(`+1555010${String(1000 + index)}`);
      sent += 1;
    }
  };
  const ended = Promise.all(Array.from({ length: 20 }, (_, index) => sender(index)));
  return {
    ended,
    stop: () => (isOn = false),
    async untilSent(count: number) {
      while (sent < count) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
