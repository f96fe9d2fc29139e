import { describe, expect, it } from 'vitest';
import {
  apiKeyIds,
  channelIds,
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  rawWebhookIds,
  workspaceIds,
} from '../../../src/events/kernel/ids.js';

const UUID = '01890a5d-ac96-774b-bcce-b302099a8057';
const codecs = {
  messageIds,
  conversationIds,
  contactIds,
  channelIds,
  eventIds,
  rawWebhookIds,
  apiKeyIds,
  workspaceIds,
};

describe('ids', () => {
  it('start with what the design says (design §3)', () => {
    const prefixes = Object.values(codecs).map(({ prefix }) => prefix);
    expect(prefixes).toEqual(['msg', 'conv', 'cont', 'chan', 'evt', 'raw', 'key', 'ws']);
  });

  it.each(Object.entries(codecs))('%s lead to the UUID and back', (_name, codec) => {
    const id = codec.fromUuid(UUID);
    expect(codec.parse(id)).toBe(id);
    expect(codec.toUuid(codec.parse(id) as never)).toBe(UUID);
  });

  it('of one kind are not taken for another kind', () => {
    const id = contactIds.fromUuid(UUID);
    expect(conversationIds.parse(id)).toBeUndefined();
    expect(messageIds.parse('msg_not-an-id')).toBeUndefined();
    expect(() => conversationIds.toUuid(id as never)).toThrow(RangeError);
  });
});
