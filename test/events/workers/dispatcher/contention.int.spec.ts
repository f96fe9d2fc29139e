import Fastify from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { openDatabase } from '../../../../src/database/open-database.js';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import { rawWebhookIds } from '../../../../src/events/kernel/ids.js';
import { createAddressBook } from '../../../../src/events/outbox/create-address-book.js';
import { createInterpreter } from '../../../../src/events/workers/interpreter/interpreter.js';
import { webhookRoutes } from '../../../../src/http/webhooks.js';
import { pause, stopAll, type Running } from '../../../../src/lifecycle.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { postSigned, type CarrierAnswer, type CarrierCall } from '../../../support/scripted-carrier.js';
import { openDispatchRig, type DispatchRig } from './dispatch-rig.js';

const SENDS = 120;
/** Few, so that everybody meets everybody: a batch of any worker touches most of them. */
const THREADS = 24;

let rig: DispatchRig;
const stopping: Running[] = [];
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(async () => {
  await stopAll(stopping.splice(0));
  await rig.close();
});

/** Connections of its own, as another process has them. */
function anotherProcess(): Database {
  const database = openDatabase(rig.url, testLog);
  stopping.push({ stop: () => database.close() });
  return database;
}

async function startIngress(): Promise<string> {
  const server = Fastify();
  await server.register(
    webhookRoutes({
      ...{ log: rig.log, directory: rig.directory, providers: rig.providers, clock: systemClock, logger: testLog },
      publicUrl: () => 'https://parley.example',
      newRawWebhookId: () => rawWebhookIds.fromUuid(uuidv7()),
    }),
  );
  stopping.push({ stop: () => server.close() });
  return server.listen({ host: '127.0.0.1', port: 0 });
}

const posting: Promise<unknown>[] = [];

/** Says so before the answer, instead of it, or after it. Some contacts write, too. */
async function carry(call: CarrierCall, n: number): Promise<CarrierAnswer> {
  const say = (status: string) =>
    postSigned(call.callbackUrl, call.token, {
      ...{ type: 'receipt', id: call.id, reference: call.reference, status },
      occurredAt: new Date().toISOString(),
    });
  const write = () =>
    postSigned(call.callbackUrl, call.token, {
      ...{ type: 'message', id: `in-${n}`, from: `+1555020${String(n).padStart(4, '0')}` },
      ...{ occurredAt: new Date().toISOString(), content: { kind: 'text', text: 'hi' } },
    });
  const sayAll = () => Promise.all([say('sent'), say('delivered'), n % 5 === 0 && write()]);
  if (n % 3 === 0) await sayAll();
  else posting.push(pause(n % 7).then(sayAll));
  return n % 4 === 0 ? 'drop' : 'accept';
}

const deadlocks = async (): Promise<number> => {
  const found = await rig.direct.query<{ deadlocks: bigint }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(found.rows[0]?.deadlocks);
};

it('two dispatchers and two interpreters at the same conversations never wait for each other in a circle', async () => {
  const publicUrl = await startIngress();
  rig.setChannel(2);
  let calls = 0;
  rig.carrier.script = (call) => carry(call, (calls += 1));
  const { log, outbox, identity, directory, providers } = rig;
  const shared = { log, outbox, identity, directory, providers, clock: systemClock, logger: testLog };
  const addressBook = createAddressBook({ identity, outbox });
  const interpreters = [anotherProcess(), anotherProcess()].map((database) =>
    createInterpreter({ ...shared, database, addressBook }),
  );
  const dispatchers = [anotherProcess(), anotherProcess()].map((database) =>
    rig.start({ database, publicUrl: () => publicUrl, limits: { pollMs: 50 } }),
  );
  const workers = [...(await Promise.all(interpreters)), ...(await Promise.all(dispatchers))];
  const sends = Array.from({ length: SENDS }, (_, index) =>
    rig.accept({ thread: 1 + (index % THREADS), channel: 1 + (index % 2) }),
  );
  const messages = await Promise.all(sends);
  const settled = async () => {
    const open = await rig.direct.query(`select 1 from work.dispatches where state <> 'settled'`);
    expect(open.rowCount).toBe(0);
    for (const messageId of messages) expect(rig.said(messageId)).toContain('message.delivered');
  };
  await eventually(settled, { timeoutMs: 80_000, everyMs: 100 });
  await Promise.all(posting);
  expect(new Set(rig.carrier.calls.map(({ reference }) => reference)).size).toBe(SENDS);
  expect(rig.carrier.calls).toHaveLength(SENDS);
  expect((await rig.direct.query('select 1 from work.lanes')).rowCount).toBe(0);
  // A session tells what it counted at its end at the latest.
  await stopAll(workers);
  await stopAll(stopping.splice(0));
  expect(await deadlocks()).toBe(0);
}, 100_000);
