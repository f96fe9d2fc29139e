import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { postSigned, type CarrierCall } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import { incoming, receipt, rounds, type LogKind, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

const TO = '+15550100000';

let rig: Rig;
const begin = (log: LogKind) => rigPerTest({ log }, (opened) => (rig = opened));

describeFault(
  'F18 provider statuses in every order, repeated, before the send is recorded',
  (log) => {
    begin(log);

    it('end in one final row and one set of timeline entries', async () => {
      const orders = [...permutations(['sent', 'delivered', 'read'])];
      const seen = new Set<string>();
      for (const [index, order] of orders.slice(0, rounds(6, 3)).entries()) {
        rig.carrier.script = async (call) => {
          for (const status of [...order, ...order]) await rig.post(call, receipt(call, status));
          return 'accept' as const;
        };
        const { messageId = '' } = await rig.send(`+1555010040${index}`);
        await rig.untilStatus(messageId, 'READ');
        await untilLagIsZero(rig);
        seen.add(JSON.stringify(await timelineOf(messageId)));
      }
      expect([...seen]).toEqual([
        JSON.stringify(['ACCEPTED', 'DELIVERED', 'PROCESSING', 'PROCESSING', 'READ', 'SENT']),
      ]);
      await checkEverything(rig);
    });
  },
  inQuick('embedded'),
);

describeFault(
  'F19 webhooks that nobody should take',
  (log) => {
    begin(log);

    it('are answered 4xx within a second, and leave no event', async () => {
      const call = await oneCall();
      const { callbackUrl: url, token } = call;
      const body = Buffer.from(JSON.stringify(receipt(call, 'delivered')));
      const at = (offsetSeconds: number) => String(Math.floor(Date.now() / 1_000) + offsetSeconds);
      const signed = (timestamp: string, bytes = body, key = token) => ({
        'content-type': 'application/json',
        'x-sandbox-timestamp': timestamp,
        'x-sandbox-signature': `sha256=${createHmac('sha256', key).update(`${timestamp}.`).update(bytes).digest('hex')}`,
      });
      await untilLagIsZero(rig);
      const before = await appended();
      const refused: [string, RequestInit, number[]][] = [
        ['forged', { method: 'POST', headers: signed(at(0), body, 'another token'), body }, [401]],
        ['unsigned', { method: 'POST', headers: { 'content-type': 'application/json' }, body }, [401]],
        ['stale', { method: 'POST', headers: signed(at(-3_600)), body }, [401]],
        ['from the future', { method: 'POST', headers: signed(at(3_600)), body }, [401]],
        [
          'malformed signature',
          { method: 'POST', headers: { ...signed(at(0)), 'x-sandbox-signature': '§§' }, body },
          [400, 401],
        ],
        ['oversized', { method: 'POST', headers: signed(at(0)), body: Buffer.alloc(1_100_000, ' ') }, [413]],
        ['GET', { method: 'GET' }, [404, 405]],
        [
          'gzip',
          { method: 'POST', headers: { ...signed(at(0)), 'content-encoding': 'gzip' }, body: gzipSync(body) },
          [415],
        ],
        ['wrong type', { method: 'POST', headers: { ...signed(at(0)), 'content-type': 'text/plain' }, body }, [415]],
      ];
      for (const [what, init, statuses] of refused) {
        const began = performance.now();
        const answer = await fetch(url, init).catch(() => ({ status: 413 }));
        expect(statuses, what).toContain(answer.status);
        expect(performance.now() - began, what).toBeLessThan(1_000);
      }
      const nobody = `${rig.process('api').url}/webhooks/sandbox/chan_00000000000000000000000000`;
      expect((await fetch(nobody, { method: 'POST', headers: signed(at(0)), body })).status).toBe(404);
      expect(await appended()).toEqual(before);
      await checkEverything(rig);
    });
  },
  inQuick('embedded'),
);

describeFault(
  'F20 the same webhook many times',
  (log) => {
    begin(log);

    it('100 times at once is one event, one message and one unread', async () => {
      const { callbackUrl, token } = await oneCall();
      const webhook = incoming('incoming-1', TO, 'Hello?');
      const answers = await Promise.all(Array.from({ length: 100 }, () => postSigned(callbackUrl, token, webhook)));
      expect(new Set(answers)).toEqual(new Set([200]));
      expect(
        await postSigned(callbackUrl, token, { ...incoming('incoming-1', TO, 'Hello?'), extra: 'another body' }),
      ).toBe(200);
      await untilLagIsZero(rig);
      await withClient(rig.directUrl, async (client) => {
        const { rows } = await client.query(
          `select (select count(*)::int from read.events where type = 'message.received') as events,
                (select count(*)::int from read.messages where direction = 'INCOMING') as messages,
                (select sum(incoming_count - read_incoming_count)::int from read.conversations) as unread`,
        );
        expect(rows).toEqual([{ events: 1, messages: 1, unread: 1 }]);
      });
      await checkEverything(rig);
    });
  },
  inQuick('embedded'),
);

async function oneCall(): Promise<CarrierCall> {
  await rig.send(TO);
  return eventually(() => {
    const [call] = rig.carrier.calls;
    if (!call) throw new Error('no call yet');
    return call;
  });
}

async function timelineOf(messageId: string): Promise<string[]> {
  const data = await rig
    .client()
    .run<{ message: { timeline: { status: string }[] } }>(
      'query ($id: ID!) { message(id: $id) { timeline { status } } }',
      { id: messageId },
    );
  return data.message.timeline.map(({ status }) => status).sort();
}

async function appended(): Promise<readonly bigint[]> {
  return [...(await rig.heads('events')), ...(await rig.heads('webhooks'))];
}

function* permutations<Item>(items: readonly Item[]): Generator<Item[]> {
  if (items.length <= 1) return yield [...items];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}
