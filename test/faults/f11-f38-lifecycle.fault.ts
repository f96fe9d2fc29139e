import { once } from 'node:events';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { ROLES } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/parley-process.js';
import { checkEverything } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import { complaintsOf, rounds, type LogKind, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

let rig: Rig;
const begin = (log: LogKind) => rigPerTest({ log }, (opened) => (rig = opened));

describeFault(
  'F11 everything away while the API starts',
  (log) => {
    begin(log);

    it('starts, says what is missing, and becomes ready alone', async () => {
      await rig.send('+15550100000');
      rig.proxy.cut();
      rig.kafka?.cut();
      await rig.restartAfterKill('api', { untilReady: false });
      const { url } = rig.process('api');
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      await eventually(async () => {
        const readiness = await fetch(`${url}/readyz`);
        expect(readiness.status).toBe(503);
        expect(await readiness.text()).toMatch(
          log === 'kafka' ? /PostgreSQL and Kafka are away/ : /PostgreSQL is away/,
        );
      });
      const answer = await rig.client().ask('{ viewer { workspaceId } }');
      expect(answer.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
      rig.proxy.heal();
      rig.kafka?.heal();
      await untilReady(url);
      await eventually(async () => expect(await complaintsOf(rig)).toEqual([]), { timeoutMs: 30_000 });
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);

describeFault(
  'F38 SIGTERM under load',
  (log) => {
    begin(log);

    it('fails no request in flight, closes sockets with 1001 and is gone within 10 s', async () => {
      for (let round = 0; round < rounds(5, 1); round += 1) {
        const running = rig.process('api');
        const socket = await openSocket(running.url);
        const hold = rig.proxy.holdStatement(({ sql }) => /insert into "?work"?\."?idempotency_keys/i.test(sql));
        const inFlight = Array.from({ length: 20 }, (_, index) => rig.send(`+1555010${1_000 + round * 20 + index}`));
        await hold.reached;
        const began = performance.now();
        const exit = running.kill('SIGTERM');
        await eventually(() => expect(fetch(`${running.url}/healthz`)).rejects.toThrow());
        hold.release();
        const answers = await Promise.all(inFlight);
        expect(answers.filter(({ messageId }) => messageId === undefined)).toEqual([]);
        expect(await socket.code).toBe(1_001);
        expect(await exit, running.output()).toBe(0);
        expect(performance.now() - began).toBeLessThan(10_000);
        await rig.start();
      }
      await checkEverything(rig);
    });

    it('is gone within 10 s, whatever its role, while twenty senders go on, and loses nothing that it answered', async () => {
      const load = sendUntilItEnds();
      // The API last: with it the load ends.
      const roles = log === 'embedded' ? (['api'] as const) : ROLES.toReversed();
      for (const role of roles) {
        const sent = rig.history.length;
        await eventually(() => expect(rig.history.length).toBeGreaterThan(sent + 100), { timeoutMs: 30_000 });
        const began = performance.now();
        const running = rig.process(role);
        expect(await running.kill('SIGTERM'), `${role}: ${running.output()}`).toBe(0);
        expect(performance.now() - began, role).toBeLessThan(10_000);
      }
      await load;
      await rig.start();
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);

/** Resolves once the socket is acknowledged, with a promise of the code that it is closed with. */
async function openSocket(url: string): Promise<{ readonly code: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: rig.process('api').apiKey } }));
  await once(socket, 'message');
  return { code: closed };
}

/** Twenty senders, each with its next message after the last answer, until there is none. */
async function sendUntilItEnds(): Promise<void> {
  const sender = async (index: number) => {
    while ((await rig.send(`+1555010${2_000 + index}`)).messageId !== undefined);
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => sender(index)));
}
