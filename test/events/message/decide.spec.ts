import { describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/events/commands/commands.js';
import { decideSend, type SendFacts } from '../../../src/events/message/decide.js';
import { parseSendForm, refuseKey, type SendForm } from '../../../src/events/message/send-form.js';
import { messageEventData } from '../../../src/events/message/events.js';
import type { Capabilities } from '../../../src/providers/provider.js';
import { at, channelId, contactId, conversationId, eventId, messageId, workspaceId } from '../../support/events.js';

const input = (more: Partial<SendMessage> = {}): SendMessage => ({
  ...{ channelId: channelId(), to: { phoneNumber: '+15550100000' }, content: { text: { text: 'héllo' } }, ...more },
});
const formOf = (more?: Partial<SendMessage>): SendForm => {
  const form = parseSendForm(input(more));
  if (!form.ok) throw new Error(JSON.stringify(form.refusals));
  return form.value;
};
const refusalsOf = (more: Partial<SendMessage>): string[] => {
  const form = parseSendForm(input(more));
  return form.ok ? [] : form.refusals.map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);
};

const OPEN: Capabilities = {
  content: { text: {}, list: {} },
  acceptedMeansSent: false,
  serviceWindowHours: 'permanent',
};
const facts = (capabilities: Partial<Capabilities> = {}, more: Partial<SendFacts> = {}): SendFacts => ({
  ...{ workspaceId: workspaceId(), capabilities: { ...OPEN, ...capabilities }, address: '+15550100000', parts: 1 },
  ...{
    window: { lastIncomingAt: null },
    idempotency: undefined,
    now: new Date(at(0)),
    messageId: messageId(),
    eventId: eventId(1),
  },
  ...more,
});
const codesOf = (form: SendForm, given: SendFacts): string[] => {
  const decided = decideSend(form, given);
  return decided.ok ? [] : decided.refusals.map(({ code }) => code);
};

describe('the form of a send', () => {
  it('tells everything that is wrong at once', () => {
    const wrong = { channelId: 'x', to: {}, content: { text: { text: '' } }, reference: '', replyToMessageId: 'y' };
    expect(refusalsOf(wrong)).toEqual([
      ...['INPUT_INVALID channelId', 'INPUT_INVALID to', 'CONTENT_INVALID content.text.text'],
      ...['INPUT_INVALID reference', 'INPUT_INVALID replyToMessageId'],
    ]);
  });

  it('lets a reaction name its message in one place only', () => {
    const content = { reaction: { messageId: messageId(), emoji: '👍' } };
    expect(refusalsOf({ content })).toEqual([]);
    expect(refusalsOf({ content, replyToMessageId: messageId() })).toEqual(['INPUT_INVALID replyToMessageId']);
  });

  it.each(['+15550100000', '+31600000001', '+441234567890', '+15550100008'])('takes the number %s', (phoneNumber) => {
    expect(refusalsOf({ to: { phoneNumber } })).toEqual([]);
  });

  it.each([
    '',
    '15550100000',
    '+1',
    '+1555',
    '+0155501000',
    '+1 555 010 0000',
    '+15550100000\n',
    '+999123456789',
    '+1555010000000000',
  ])('refuses the number %j', (phoneNumber) => {
    expect(refusalsOf({ to: { phoneNumber } })).toEqual(['RECIPIENT_INVALID to.phoneNumber']);
  });

  it('bounds what is the caller’s own, and keeps control characters out of it (F25)', () => {
    expect(refusalsOf({ reference: 'r'.repeat(255), authorId: 'ä'.repeat(255) })).toEqual([]);
    expect(refusalsOf({ reference: 'r'.repeat(256), authorId: 'a\r\nb' })).toEqual([
      'INPUT_INVALID authorId',
      'INPUT_INVALID reference',
    ]);
    const deep = JSON.parse('{"a":'.repeat(12) + '1' + '}'.repeat(12)) as Record<string, unknown>;
    for (const metadata of [{ a: 'x'.repeat(16_384) }, { a: ['b\0'] }, { 'a\r\n': 1 }, { a: '\ud800' }, deep])
      expect(refusalsOf({ metadata })).toEqual(['INPUT_INVALID metadata']);
    expect(refusalsOf({ metadata: { a: [1, null, true, { b: 'ok' }] } })).toEqual([]);
    expect(refusalsOf({ to: { address: 'a\u2028b' } })).toEqual(['RECIPIENT_INVALID to.address']);
    expect(refuseKey('a b é').length + refuseKey('x'.repeat(255)).length).toBe(0);
    expect(refuseKey('x\u0085').length + refuseKey('').length).toBe(2);
  });
});

describe('deciding on a send', () => {
  it('says the event, facts outside and personal content apart (rule 9)', () => {
    const form = formOf({ reference: 'r', metadata: { order: 7 }, author: 'BOT', authorId: 'b1' });
    const decided = decideSend(form, facts({}, { idempotency: { key: 'k', requestHash: 'h' } }));
    const event = decided.ok && decided.value({ conversationId: conversationId(), contactId: contactId() });
    expect(event).toEqual({
      ...{ id: eventId(1), type: 'message.accepted', version: 1, workspaceId: workspaceId(), channelId: channelId() },
      ...{ conversationId: conversationId(), contactId: contactId(), messageId: messageId() },
      ...{ occurredAt: at(0), recordedAt: at(0) },
      data: {
        ...{ contentKind: 'text', textBytes: 6, mediaCount: 0, author: 'BOT', authorId: 'b1', parts: 1 },
        ...{ reference: 'r', idempotencyKey: 'k', requestHash: 'h' },
        content: { address: '+15550100000', message: form.content, metadata: { order: 7 } },
      },
    });
    expect(messageEventData['message.accepted'].parse(event && event.data)).toEqual(event && event.data);
  });

  it('refuses what the channel can not carry', () => {
    expect(codesOf(formOf(), facts({ content: {} }))).toEqual(['CONTENT_UNSUPPORTED']);
    expect(codesOf(formOf(), facts({ content: { text: { textCharactersMax: 4 } } }))).toEqual(['CONTENT_INVALID']);
    expect(codesOf(formOf(), facts({ content: { text: { textCharactersMax: 5 } } }))).toEqual([]);
    const action = { kind: 'REPLY', text: 'a' };
    const list = formOf({ content: { list: { text: 'a', sections: [{ actions: [action, action] }] } } });
    expect(codesOf(list, facts({ content: { list: { rowsMax: 1 } } }))).toEqual(['CONTENT_INVALID']);
    const text = formOf({ content: { text: { text: 'a', actions: [action, action] } } });
    expect(codesOf(text, facts({ content: { text: { actionsMax: 1 } } }))).toEqual(['CONTENT_INVALID']);
    const contacts = formOf({ content: { contacts: { contacts: [{ name: 'Anna' }, { name: 'Bo' }] } } });
    expect(codesOf(contacts, facts({ content: { contacts: { contactsMax: 1 } } }))).toEqual(['CONTENT_INVALID']);
    expect(codesOf(contacts, facts({ content: { contacts: { contactsMax: 2 } } }))).toEqual([]);
    const carousel = formOf({ content: { carousel: { cards: [{ title: 'a' }, { title: 'b' }] } } });
    expect(codesOf(carousel, facts({ content: { carousel: { cardsMax: 1 } } }))).toEqual(['CONTENT_INVALID']);
    expect(codesOf(carousel, facts({ content: { carousel: { cardsMax: 2 } } }))).toEqual([]);
  });

  it('lets a template pass also where the window is closed', () => {
    const template = formOf({ content: { template: { name: 'welcome' } } });
    const closed = facts({ content: { template: {} }, serviceWindowHours: 24 });
    expect(codesOf(template, closed)).toEqual([]);
  });

  it('refuses with SERVICE_WINDOW_CLOSED so many hours after the contact last wrote; unknown counts as closed', () => {
    const now = new Date(at(0));
    const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
    const window = (lastIncomingAt: string | null) =>
      codesOf(formOf(), facts({ serviceWindowHours: 24 }, { now, window: { lastIncomingAt } }));
    expect(window(null)).toEqual(['SERVICE_WINDOW_CLOSED']);
    expect(window(ago(24 * 3_600_000))).toEqual(['SERVICE_WINDOW_CLOSED']);
    expect(window(ago(24 * 3_600_000 - 1))).toEqual([]);
  });
});
