import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContactStanding } from '../../../src/events/commands/commands.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

describe('who may be written to', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const say = (contactId: string, standing: ContactStanding, caller = bench.caller) =>
    bench.commands.setContactStanding(caller, { contactId, standing, actorId: 'agent-7' });
  const send = (phoneNumber: string) =>
    bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { phoneNumber } }));
  const contactOf = async (phoneNumber: string) => valueOf(await send(phoneNumber)).contactId ?? expect.unreachable();
  const typesOf = async (contactId: string) =>
    (await bench.events()).flatMap(({ event }) =>
      event.contactId === contactId && event.type.startsWith('contact.') ? [event.type] : [],
    );

  it('a blocked contact gets nothing from the answer on, whoever names it and however', async () => {
    const phoneNumber = '+15550100071';
    const id = await contactOf(phoneNumber);
    expect(valueOf(await say(id, 'block')).blockedAt).not.toBeNull();
    expect(codesOf(await send(phoneNumber))).toEqual(['RECIPIENT_BLOCKED to.phoneNumber']);
    const byId = await bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { contactId: id } }));
    expect(codesOf(byId)).toEqual(['RECIPIENT_BLOCKED to.contactId']);
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const later = bench.text('hi', { to: { phoneNumber }, scheduledAt: inAnHour });
    expect(codesOf(await bench.commands.sendMessage(bench.caller, later))).toEqual([
      'RECIPIENT_BLOCKED to.phoneNumber',
    ]);
    expect(valueOf(await say(id, 'unblock')).blockedAt).toBeNull();
    expect((await send(phoneNumber)).ok).toBe(true);
    expect(await typesOf(id)).toEqual(['contact.created', 'contact.blocked', 'contact.unblocked']);
  });

  it('in a batch only those who opted out are refused', async () => {
    const id = await contactOf('+15550100072');
    valueOf(await say(id, 'optOut'));
    const to = (phoneNumber: string) => bench.text('hi', { to: { phoneNumber } });
    const batch = await bench.commands.sendMessages(bench.caller, [to('+15550100072'), to('+15550100073')]);
    if (!batch.ok) throw new Error('The batch was refused.');
    expect(batch.results.map(codesOf)).toEqual([['RECIPIENT_OPTED_OUT to.phoneNumber'], []]);
  });

  it('an opt-in ends no blocking, and the other way round', async () => {
    const id = await contactOf('+15550100074');
    await say(id, 'block');
    await say(id, 'optOut');
    expect(codesOf(await send('+15550100074'))).toEqual(['RECIPIENT_OPTED_OUT to.phoneNumber']);
    await say(id, 'optIn');
    expect(codesOf(await send('+15550100074'))).toEqual(['RECIPIENT_BLOCKED to.phoneNumber']);
  });

  it('a repeat of what was sent before stays what it was', async () => {
    const keyed = bench.text('hi', { to: { phoneNumber: '+15550100075' }, idempotencyKey: 'before' });
    const sent = valueOf(await bench.commands.sendMessage(bench.caller, keyed));
    await say(sent.contactId ?? '', 'block');
    expect(valueOf(await bench.commands.sendMessage(bench.caller, keyed)).id).toBe(sent.id);
  });

  it('says each word once, in revisions that rise, also where ten say it at the same time', async () => {
    const id = await contactOf('+15550100076');
    const answers = await Promise.all(Array.from({ length: 10 }, () => say(id, 'block')));
    for (const one of answers) expect(valueOf(one).blockedAt).not.toBeNull();
    await say(id, 'unblock');
    await say(id, 'block');
    // Whoever finds that it was said and not recorded yet records it too: the log may hold it twice, under one id (rule 7).
    const said = new Map(
      (await bench.events()).flatMap(({ event }) =>
        event.contactId === id && event.type.includes('blocked') ? [[event.id, [event.type, event.data]]] : [],
      ),
    );
    expect([...said.values()]).toMatchObject([
      ['contact.blocked', { revision: 1, actorId: 'agent-7' }],
      ['contact.unblocked', { revision: 2 }],
      ['contact.blocked', { revision: 3 }],
    ]);
  });

  it('keeps attributes, merged by their names', async () => {
    const contactId = await contactOf('+15550100077');
    const set = (attributes: Record<string, unknown>) =>
      bench.commands.setContactAttributes(bench.caller, { contactId, attributes });
    await set({ tier: 'gold', since: 2020 });
    expect(valueOf(await set({ since: null, tier: 'silver' })).attributes).toEqual({ tier: 'silver' });
    await set({ tier: 'gold' });
    expect(valueOf(await set({ tier: 'silver' })).attributes).toEqual({ tier: 'silver' });
    const before = (await bench.events()).length;
    await set({ tier: 'silver' });
    expect(await bench.events()).toHaveLength(before);
    expect(codesOf(await set({ tier: 'a\0' }))).toEqual(['INPUT_INVALID attributes']);
  });

  it('refuses what is unknown, foreign or malformed', async () => {
    const id = await contactOf('+15550100078');
    const stranger = await bench.stranger();
    const before = (await bench.events()).length;
    expect(codesOf(await say(id, 'block', stranger))).toEqual(['CONTACT_NOT_FOUND contactId']);
    expect(codesOf(await say('cont_00000000000000000000000000', 'optOut'))).toEqual(['CONTACT_NOT_FOUND contactId']);
    expect(codesOf(await say('nonsense', 'optIn'))).toEqual(['INPUT_INVALID contactId']);
    const foreign = { contactId: id, attributes: { a: 1 } };
    expect(codesOf(await bench.commands.setContactAttributes(stranger, foreign))).toEqual([
      'CONTACT_NOT_FOUND contactId',
    ]);
    expect(await bench.events()).toHaveLength(before);
    expect((await send('+15550100078')).ok).toBe(true);
  });
});
