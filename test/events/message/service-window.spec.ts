import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import {
  isFree,
  passageOf,
  refuseWindow,
  type WindowFacts,
  type Windowed,
} from '../../../src/events/message/service-window.js';
import type { Capabilities } from '../../../src/providers/provider.js';
import { at } from '../../support/events.js';

const HOUR_MS = 3_600_000;
const NOW = new Date(at(0));
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR_MS).toISOString();

const TEXT: MessageContent = { kind: 'text', text: 'Hello', actions: [], attachments: [] };
const byAgent: Windowed = { content: TEXT, author: 'AGENT' };
const channel = (more: Partial<Capabilities> = {}): Capabilities => ({
  ...{ content: {}, acceptedMeansSent: true, serviceWindowHours: 24 },
  windowExceptions: [
    { tag: 'HUMAN_AGENT', hours: 168, isForPeopleOnly: true },
    { tag: 'ACCOUNT_UPDATE', isForPeopleOnly: false, category: 'UTILITY' },
  ],
  ...more,
});
const CLOSED_FOR_ALL = channel({ windowExceptions: [] });

const passage = (said: Windowed, facts: WindowFacts, capabilities = channel()) =>
  passageOf(said, capabilities, facts, NOW);

describe('the service window', () => {
  it('is open for its hours after the contact wrote, and then closed: to the millisecond', () => {
    const late = new Date(NOW.getTime() - 24 * HOUR_MS + 1).toISOString();
    expect(passage(byAgent, { lastIncomingAt: late }, CLOSED_FOR_ALL)).toEqual({ isOpen: true });
    expect(passage(byAgent, { lastIncomingAt: hoursAgo(24) }, CLOSED_FOR_ALL)).toEqual({
      ...{ isOpen: false, closedAt: at(0) },
    });
    expect(passage(byAgent, { lastIncomingAt: null }, CLOSED_FOR_ALL)).toEqual({ isOpen: false, closedAt: null });
  });

  it('does not matter where there is none, nor for templates', () => {
    const permanent = channel({ serviceWindowHours: 'permanent' });
    expect(isFree(passage(byAgent, { lastIncomingAt: null }, permanent))).toBe(true);
    const template: MessageContent = { kind: 'template', text: '', name: 'welcome', parameters: [] };
    expect(isFree(passage({ content: template }, { lastIncomingAt: null }))).toBe(true);
  });

  it('lets people answer for longer, by the name that the platform has for it', () => {
    const within: WindowFacts = { lastIncomingAt: hoursAgo(167) };
    expect(passage(byAgent, within)).toEqual({ isOpen: true, tag: 'HUMAN_AGENT' });
    for (const author of ['BOT', 'SYSTEM', undefined] as const)
      expect(passage({ content: TEXT, author }, within).isOpen).toBe(false);
    expect(passage(byAgent, { lastIncomingAt: hoursAgo(168) }).isOpen).toBe(false);
    expect(passage(byAgent, { lastIncomingAt: null }).isOpen).toBe(false);
    expect(passage(byAgent, { lastIncomingAt: hoursAgo(1) })).toEqual({ isOpen: true });
  });

  it('lets pass at any time what is said to be of the category of an exception', () => {
    const update: Windowed = { content: TEXT, author: 'BOT', category: 'UTILITY' };
    expect(passage(update, { lastIncomingAt: null })).toEqual({ isOpen: true, tag: 'ACCOUNT_UPDATE' });
    expect(passage({ ...update, category: 'MARKETING' }, { lastIncomingAt: null }).isOpen).toBe(false);
    // Of several the first counts, as the channel lists them.
    expect(passage({ ...update, author: 'AGENT' }, { lastIncomingAt: hoursAgo(30) })).toMatchObject({
      tag: 'HUMAN_AGENT',
    });
  });

  it('knows no exception for a reaction: nothing tells the platform why', () => {
    const reaction: Windowed = {
      content: { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
      author: 'AGENT',
    };
    expect(passage(reaction, { lastIncomingAt: hoursAgo(30) }).isOpen).toBe(false);
  });

  it('goes by what the provider says, where that is more than what is known here', () => {
    const soon = new Date(NOW.getTime() + 1);
    for (const lastIncomingAt of [null, hoursAgo(30)]) {
      const judged = (told: WindowFacts['told']) => passage(byAgent, { lastIncomingAt, told }, CLOSED_FOR_ALL);
      expect(judged({ kind: 'permanent' })).toEqual({ isOpen: true });
      expect(judged({ kind: 'until', time: soon })).toEqual({ isOpen: true });
      expect(judged({ kind: 'closed' }).isOpen).toBe(false);
      expect(judged({ kind: 'until', time: NOW })).toEqual({ isOpen: false, closedAt: at(0) });
    }
    expect(passage(byAgent, { lastIncomingAt: hoursAgo(1), told: { kind: 'closed' } }).isOpen).toBe(true);
  });

  it('refuses nothing that only the provider knows and does not say; what was heard here is known', () => {
    const told = { kind: 'unknown' } as const;
    expect(passage(byAgent, { lastIncomingAt: null, told }, CLOSED_FOR_ALL)).toEqual({ isOpen: true });
    expect(passage(byAgent, { lastIncomingAt: hoursAgo(25), told }, CLOSED_FOR_ALL).isOpen).toBe(false);
  });

  it('is refused with its end', () => {
    const closed = passage(byAgent, { lastIncomingAt: hoursAgo(24) }, CLOSED_FOR_ALL);
    expect(refuseWindow(closed)).toEqual([
      {
        code: 'SERVICE_WINDOW_CLOSED',
        message: `The service window closed at ${at(0)}. Send a template.`,
        field: null,
      },
    ]);
    expect(refuseWindow({ isOpen: false, closedAt: null })[0]?.message).toMatch(/has not written/);
    expect(refuseWindow({ isOpen: true })).toEqual([]);
  });
});
