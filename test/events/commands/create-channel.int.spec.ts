import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreateChannel } from '../../../src/events/commands/commands.js';
import { channelIds } from '../../../src/events/kernel/ids.js';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';

const INPUT: CreateChannel = {
  name: 'Shop',
  provider: 'SANDBOX',
  platform: 'WHATSAPP',
  settings: { ratePerSecond: 5 },
};

describe('createChannel', () => {
  let bench: CommandBench;
  let isCut = false;
  beforeAll(async () => {
    bench = await openCommandBench({
      wrapLog: (log) => ({
        ...log,
        append: (...args) => (isCut ? Promise.reject(new LogUnavailableError('cut')) : log.append(...args)),
      }),
    });
  });
  afterAll(() => bench.stop());

  const create = (more: Partial<CreateChannel> = {}) =>
    bench.commands.createChannel(bench.caller, { ...INPUT, ...more });
  const eventsAbout = async (id: string) => (await bench.events()).filter(({ event }) => event.channelId === id);

  it('makes the row, the event and the audit event together (rule 3)', async () => {
    const channel = valueOf(await create());
    expect(channel).toMatchObject({ name: 'Shop', provider: 'SANDBOX', platform: 'WHATSAPP', isEnabled: true });
    const events = (await eventsAbout(channel.id)).map(({ event }) => event);
    expect(events.map(({ type }) => type).sort()).toEqual(['audit.recorded', 'channel.created']);
    expect(events.find(({ type }) => type === 'audit.recorded')?.data).toEqual({
      ...{ action: 'channel.create', actorKeyId: bench.caller.keyId, subjectId: channel.id },
    });
    expect(bench.directory.get(channel.id)?.settings).toMatchObject({ ratePerSecond: 5 });
  });

  it('keeps the settings sealed', async () => {
    const channel = valueOf(await create({ settings: { apiBaseUrl: 'https://carrier.example/marker' } }));
    const { rows } = await bench.database.pool.query<{ settings_sealed: Buffer }>(
      'select settings_sealed from config.channels where id = $1',
      [channelIds.toUuid(channel.id)],
    );
    expect(rows[0]?.settings_sealed.includes('marker')).toBe(false);
    expect(JSON.stringify((await eventsAbout(channel.id)).map(({ event }) => event))).not.toContain('marker');
  });

  it('is accepted by its commit; the sweeper appends what the log did not take (rules 1 and 3)', async () => {
    isCut = true;
    const channel = valueOf(await create({ name: 'While away' }));
    isCut = false;
    expect(await eventsAbout(channel.id)).toEqual([]);
    await bench.database.pool.query(`update work.outbox set created_at = created_at - interval '10 seconds'`);
    await eventually(async () => expect(await eventsAbout(channel.id)).toHaveLength(2));
  });

  it('takes a null setting for an absent one', async () => {
    expect((await create({ settings: { apiBaseUrl: null, ratePerSecond: null } })).ok).toBe(true);
  });

  it('refuses precisely, and writes nothing', async () => {
    const count = async () => (await bench.database.pool.query('select 1 from config.channels')).rowCount;
    const before = await count();
    expect(codesOf(await create({ name: ' ' }))).toEqual(['INPUT_INVALID name']);
    expect(codesOf(await create({ name: 'a\r\nb' }))).toEqual(['INPUT_INVALID name']);
    expect(codesOf(await create({ name: 'n'.repeat(101), platform: 'SMS' }))).toEqual([
      'INPUT_INVALID name',
      'INPUT_INVALID platform',
    ]);
    expect(codesOf(await create({ provider: 'TELEGRAM', platform: 'TELEGRAM' }))).toEqual(['INPUT_INVALID provider']);
    expect(codesOf(await create({ settings: { ratePerSecond: 0 } }))).toEqual([
      'SETTINGS_INVALID settings.ratePerSecond',
    ]);
    expect(codesOf(await create({ settings: { apiBaseUrl: 'nowhere' } }))).toEqual([
      'SETTINGS_INVALID settings.apiBaseUrl',
    ]);
    expect(codesOf(await create({ settings: { more: 'x'.repeat(20_000) } }))).toEqual(['SETTINGS_INVALID settings']);
    expect(await count()).toBe(before);
  });
});
