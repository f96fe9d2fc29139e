import { expect, it } from 'vitest';
import { eventLine, withoutContent, type ShownEvent } from '../../src/cli/event-line.js';

const event = (data: Record<string, unknown>): ShownEvent => ({
  ...{ id: 'evt_1', type: 'message.delivered', version: 1, source: '/workspaces/ws_1', subject: 'msg_1' },
  ...{ time: '2026-01-01T00:00:00.000Z', recordedAt: '2026-01-01T00:00:01.000Z', cursor: 'c' },
  ...{ channelId: 'chan_1', conversationId: 'conv_1', contactId: null, messageId: 'msg_1', data },
});

it('says on one line when, what, of what, on which channel, and the facts', () => {
  expect(eventLine(event({ attempt: 1, part: 0, providerMessageIds: ['a'], failure: null }))).toBe(
    '2026-01-01T00:00:01.000Z  message.delivered        msg_1  chan_1  attempt=1  part=0  providerMessageIds=["a"]\n',
  );
});

it('rule 9: leaves out what is personal, sealed or not', () => {
  const shown = withoutContent(event({ attempt: 1, content: { text: 'Hello' }, sealed: { ciphertext: 'x' } }));
  expect(shown.data).toEqual({ attempt: 1 });
});

it('obeys nothing that somebody wrote, and keeps each event on its line', () => {
  const line = eventLine(event({ reference: 'a\u001b[2J\r\nb\u202e\u0085', other: 'x\u2028y' }));
  expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
  expect(line.endsWith('\n')).toBe(true);
});

it('cuts a fact that would fill the screen', () => {
  expect(eventLine(event({ reason: 'x'.repeat(10_000) })).length).toBeLessThan(400);
});
