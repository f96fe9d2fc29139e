import { describe, expect, it } from 'vitest';
import { createAskWindow, type WindowQuestion } from '../../src/providers/ask-window.js';
import type { Channel } from '../../src/providers/channel.js';
import { createBirdAdapter } from '../../src/providers/bird/adapter.js';
import type { ProviderAdapter, WindowAnswer } from '../../src/providers/provider.js';
import { channelId, workspaceId } from '../support/events.js';

const CHANNEL: Channel = {
  ...{ id: channelId(), workspaceId: workspaceId(), name: 'Shop', provider: 'BIRD', platform: 'WHATSAPP' },
  ...{ isEnabled: true, disabledAt: null, isSuspended: false, degradeUnsupported: false },
  ...{ settings: {}, createdAt: new Date(0) },
};

/** Bird's adapter, whose provider answers as the test says. */
function asking(answer: (address: string) => Promise<WindowAnswer | undefined>) {
  const asked: string[] = [];
  const askWindow: ProviderAdapter['askWindow'] = ({ address }) => {
    asked.push(address);
    return answer(address);
  };
  const adapter: ProviderAdapter = { ...(createBirdAdapter() as ProviderAdapter), askWindow };
  return { asked, question: (address = 'a'): WindowQuestion => ({ channel: CHANNEL, adapter, address }) };
}

const CLOSED: WindowAnswer = { kind: 'closed' };

describe('asking a provider for a service window', () => {
  it('asks once for all who ask at the same time, and again after a short while', async () => {
    const clock = { now: 0 };
    const ask = createAskWindow(() => clock.now);
    const { asked, question } = asking(() => Promise.resolve(CLOSED));
    expect(await Promise.all([ask(question()), ask(question()), ask(question('b'))])).toEqual([CLOSED, CLOSED, CLOSED]);
    clock.now = 19_999;
    await ask(question());
    expect(asked).toEqual(['a', 'b']);
    clock.now = 20_000;
    await ask(question());
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('knows nothing where too many ask at once, where it is not told, and of a fault', async () => {
    const ask = createAskWindow();
    let end = (_answer: WindowAnswer) => {};
    const waiting = new Promise<WindowAnswer>((resolve) => (end = resolve));
    const { asked, question } = asking(() => waiting);
    const answers = Array.from({ length: 33 }, (_, index) => ask(question(String(index))));
    expect(await answers[32]).toEqual({ kind: 'unknown' });
    end(CLOSED);
    expect(await answers[31]).toEqual(CLOSED);
    expect(asked).toHaveLength(32);
    const broken = asking(() => Promise.reject(new Error('It breaks its promise.')));
    expect(await createAskWindow()(broken.question())).toEqual({ kind: 'unknown' });
  });

  it('has no answer where the provider can not be asked', async () => {
    const { question } = asking(() => Promise.resolve(undefined));
    expect(await createAskWindow()(question())).toBeUndefined();
    const { askWindow: _none, ...adapter } = question().adapter;
    expect(await createAskWindow()({ ...question(), adapter })).toBeUndefined();
  });
});
