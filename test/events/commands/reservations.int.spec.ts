import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/caller.js';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { createReservations, type Reservation } from '../../../src/events/commands/reservations.js';
import { messageIds } from '../../../src/events/kernel/ids.js';
import { systemClock } from '../../../src/events/kernel/clock.js';
import { decideSend, type Acceptance } from '../../../src/events/message/decide.js';
import { parseSendForm } from '../../../src/events/message/send-form.js';
import { openCommandBench, type CommandBench } from '../../support/command-bench.js';
import { testLog } from '../../support/log.js';

describe('reservations', () => {
  let bench: CommandBench;
  /** A second process' connections to the same Postgres. */
  let elsewhere: Database;
  beforeAll(async () => {
    bench = await openCommandBench();
    elsewhere = openDatabase(bench.databaseUrl, testLog);
  });
  afterAll(async () => {
    await elsewhere.close();
    await bench.stop();
  });

  const reservationsOn = (database: Database) =>
    createReservations({
      ...{ database, outbox: bench.outbox, addressBook: bench.addressBook, clock: systemClock },
      ...{ identity: bench.identity, tail: () => [0n, 0n, 0n, 0n] },
    });
  const reservation = (address: string, key?: string): Reservation => ({
    key: key === undefined ? undefined : { workspaceId: bench.caller.workspaceId, key, requestHash: 'hash' },
    request: { workspaceId: bench.caller.workspaceId, channelId: bench.channelId, address },
    thread: undefined,
    acceptance: acceptanceOf(bench, bench.caller, address, key),
  });
  const count = async (table: string, where = 'true') =>
    (await bench.database.pool.query(`select 1 from ${table} where ${where}`)).rowCount;

  it('gives each key and each address to one of two processes, without a deadlock', async () => {
    const [here, there] = [reservationsOn(bench.database), reservationsOn(elsewhere)];
    const names = Array.from({ length: 60 }, (_, n) => `+1555020${String(n).padStart(4, '0')}`);
    const asked = [
      ...names.map((name) => here(reservation(name, name))),
      ...[...names].reverse().map((name) => there(reservation(name, name))),
    ];
    const made = (await Promise.all(asked)).filter(({ kind }) => kind === 'made');
    expect(made).toHaveLength(60);
    expect(await count('work.addresses', `conversation_id is not null`)).toBe(60);
    expect(await count('work.idempotency_keys', `key like '+1555020%'`)).toBe(60);
  });

  it('makes nothing of a send whose key is taken: no thread is opened for it', async () => {
    const reserve = reservationsOn(bench.database);
    const key = randomBytes(8).toString('hex');
    const before = (await count('work.addresses')) ?? 0;
    const both = await Promise.all([
      reserve(reservation('+15550300001', key)),
      reserve(reservation('+15550300002', key)),
    ]);
    expect(both.map(({ kind }) => kind)).toEqual(['made', 'taken']);
    expect(await count('work.addresses')).toBe(before + 1);
  });

  it('writes rows, or nothing: a batch that fails leaves no address, no key, no outbox row (rule 3)', async () => {
    const thread = bench.identity.conversation(bench.channelId, '+15550300003');
    const counts = () =>
      Promise.all([
        ...['work.addresses', 'work.idempotency_keys'].map((table) => count(table)),
        count('work.outbox', `key = '${thread}'`),
      ]);
    const before = await counts();
    const bad = { ...reservation('+15550300003', 'bad\0key') };
    const reserved = await reservationsOn(bench.database)(bad).catch((error: unknown) => error);
    expect(reserved).toBeInstanceOf(Error);
    expect(await counts()).toEqual(before);
  });

  it('does not let one send that Postgres refuses take the others of its batch with it', async () => {
    const reserve = reservationsOn(bench.database);
    const asked = [reserve(reservation('+15550300004', 'bad\0key')), reserve(reservation('+15550300005', 'good key'))];
    const [bad, good] = await Promise.all(asked);
    await expect(bad?.kind === 'made' && bad.publish([])).rejects.toThrow();
    expect(good?.kind === 'made' && (await good.publish([])).event.type).toBe('message.accepted');
  });
});

function acceptanceOf(bench: CommandBench, caller: Caller, address: string, key: string | undefined): Acceptance {
  const form = parseSendForm(bench.text('hello'));
  const messageId = messageIds.fromUuid(uuidv7());
  if (!form.ok) throw new Error('The form is wrong.');
  const decided = decideSend(form.value, {
    ...{
      workspaceId: caller.workspaceId,
      address,
      parts: 1,
      window: { lastIncomingAt: null },
      now: new Date(),
      messageId,
    },
    capabilities: { content: { text: {} }, acceptedMeansSent: false, serviceWindowHours: 'permanent' },
    idempotency: key === undefined ? undefined : { key, requestHash: 'hash' },
    eventId: bench.identity.ofAcceptance(messageId),
  });
  if (!decided.ok) throw new Error('The send was refused.');
  return decided.value;
}
