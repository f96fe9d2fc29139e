import { describe, expect, it } from 'vitest';
import { judged } from '../../../../src/events/workers/interpreter/judged.js';
import type { Interpretation } from '../../../../src/providers/provider.js';
import { createSandboxAdapter } from '../../../../src/providers/sandbox/adapter.js';

const adapter = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => '' });
const judge = (said: Interpretation) => judged(said, adapter, 'WHATSAPP');

const received = (change: object): Interpretation => ({
  kind: 'received',
  providerMessageId: 'in-1',
  address: '+1 555 010 0000',
  content: { kind: 'text', text: 'Hi', actions: [], attachments: [] },
  ...change,
});
const receipt = (change: object): Interpretation => ({
  kind: 'receipt',
  providerMessageId: 'out-1',
  status: 'failed',
  ...change,
});

describe('what an adapter read, before it is kept', () => {
  it('is addressed in the one spelling that names the thread', () => {
    expect(judge(received({}))).toMatchObject({ kind: 'received', address: '+15550100000' });
  });

  it.each([
    ['an empty id', received({ providerMessageId: '' })],
    ['an id with a NUL', receipt({ providerMessageId: 'a\0b' })],
    ['an id with half a character', receipt({ providerMessageId: 'a\ud800' })],
    ['an id of 256 characters', receipt({ providerMessageId: 'x'.repeat(256) })],
    ['a sender that is no address', received({ address: 'somebody' })],
    ['a time that is none', receipt({ occurredAt: new Date(Number.NaN) })],
  ])('with %s is uninterpreted', (_name, said) => {
    expect(judge(said).kind).toBe('uninterpreted');
  });

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])(
    'has no time of its own when that is %s: the projector could not keep every such year',
    (time) => {
      const occurredAt = new Date(time);
      for (const said of [received({ occurredAt }), receipt({ occurredAt })]) {
        expect(judge(said)).toMatchObject({ kind: said.kind, occurredAt: undefined });
      }
    },
  );

  it('has no time of its own when that is beyond year 9999: neither Postgres nor a parked row could read it', () => {
    for (const ms of [253_402_300_800_000, 999_999_999_999_999, 8.64e15]) {
      const occurredAt = new Date(ms);
      expect(judge(receipt({ occurredAt }))).toMatchObject({ kind: 'receipt', occurredAt: undefined });
      const upTo = { time: occurredAt };
      expect(judge({ kind: 'watermark', address: '+15550100000', status: 'read', upTo }).kind).toBe('uninterpreted');
    }
    const occurredAt = new Date(253_402_300_799_999);
    expect(judge(receipt({ occurredAt }))).toMatchObject({ occurredAt });
  });

  it('leaves out data that are nested too deep to be written down, and keeps the message', () => {
    const nested = (levels: number) => ({ x: JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown });
    for (const said of [received({}), { ...received({}), kind: 'echoed' } as Interpretation]) {
      expect(judge({ ...said, providerData: nested(10_000) } as Interpretation)).toMatchObject({
        ...{ kind: said.kind, address: '+15550100000', providerData: undefined },
      });
      expect(judge({ ...said, providerData: nested(60) } as Interpretation)).toMatchObject({
        providerData: nested(60),
      });
    }
  });

  it('has no name where only blanks are left of it', () => {
    expect(judge(received({ displayName: '\0 \u001f' }))).toMatchObject({ displayName: undefined });
    expect(judge(received({ displayName: 'A\nB' }))).toMatchObject({ displayName: 'A B' });
  });

  it('answers no message whose id can not be one', () => {
    expect(judge(received({ replyToProviderMessageId: 'out-1' }))).toMatchObject({ replyToProviderMessageId: 'out-1' });
    expect(judge(received({ replyToProviderMessageId: 'a\0b' }))).toMatchObject({
      replyToProviderMessageId: undefined,
    });
  });

  it('has bounded words about a failure', () => {
    const failure = { code: 'UNKNOWN', isRetryable: false, providerCode: 'x\0y' };
    expect(judge(receipt({ failure, providerMessage: 'z'.repeat(5_000) }))).toMatchObject({
      failure: { ...failure, providerCode: 'x y' },
      providerMessage: 'z'.repeat(1_000),
    });
  });

  it('reacts with a bounded emoji, or takes it back', () => {
    const reacted = (emoji: string | null): Interpretation => ({
      ...{ kind: 'reacted', providerMessageId: 'in-1', address: '+1 555 010 0000', emoji, occasion: 'a\0b' },
    });
    expect(judge(reacted('👍'))).toMatchObject({ emoji: '👍', address: '+15550100000', occasion: 'a b' });
    expect(judge(reacted('\0'))).toMatchObject({ emoji: null });
    expect(judge(reacted('x'.repeat(65))).kind).toBe('uninterpreted');
  });
});
