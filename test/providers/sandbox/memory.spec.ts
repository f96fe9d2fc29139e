import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../src/providers/sandbox/ledger.js';
import { createRecent } from '../../../src/recent.js';
import { createTurnAways } from '../../../src/providers/sandbox/turn-aways.js';

/** A clock that the test moves. */
function clockAt(ms = 0) {
  let now = ms;
  return { now: () => new Date(now), pass: (by: number) => void (now += by) };
}

const TOKEN = 't'.repeat(43);
const send = (reference: string, call?: number) => ({
  to: '+15550100009',
  reference,
  callbackUrl: 'http://127.0.0.1:9',
  content: { kind: 'text' as const, text: 'Hello', actions: [], attachments: [] },
  call,
});

describe('what the carrier remembers', () => {
  it('is bounded: the oldest goes, and what was noted again is young', () => {
    const recent = createRecent<number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.set('a', 3);
    recent.set('c', 4);
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([3, undefined, 4]);
    recent.delete('a');
    expect(recent.get('a')).toBeUndefined();
  });

  it('is found by its reference and its token after five seconds', () => {
    const clock = clockAt();
    const ledger = createLedger(clock);
    ledger.note({ token: TOKEN, send: { reference: 'r' } }, { id: 'sbx_1' });
    clock.pass(4_999);
    expect(ledger.find(TOKEN, 'r')).toBeUndefined();
    clock.pass(1);
    expect(ledger.find(TOKEN, 'r')).toEqual({ id: 'sbx_1' });
    expect(ledger.find('another', 'r')).toBeUndefined();
    expect(ledger.find(TOKEN, 's')).toBeUndefined();
  });
});

describe('a number that turns messages away', () => {
  const asked = (turnAways: ReturnType<typeof createTurnAways>, reference: string, call?: number) =>
    turnAways.isTurnedAway({ token: TOKEN, send: send(reference, call) }, 3);

  it('counts for each message', () => {
    const clock = clockAt();
    const turnAways = createTurnAways(clock);
    for (const message of ['a', 'b']) {
      expect([1, 2, 3, 4].map(() => asked(turnAways, message))).toEqual([true, true, true, false]);
      clock.pass(3_000);
    }
  });

  it('knows by the next message that another process let through what it turned away itself', () => {
    const turnAways = createTurnAways(clockAt());
    expect([asked(turnAways, 'a'), asked(turnAways, 'b')]).toEqual([true, false]);
  });

  it('counts what another process turned away', () => {
    expect(asked(createTurnAways(clockAt()), 'a', 4)).toBe(false);
    const turnAways = createTurnAways(clockAt());
    expect([asked(turnAways, 'a', 3), asked(turnAways, 'a', 4)]).toEqual([true, false]);
  });

  it('lets a queue pass behind the message that it let through, as long as it flows', () => {
    const clock = clockAt();
    const turnAways = createTurnAways(clock);
    expect(asked(turnAways, 'first', 4)).toBe(false);
    for (let n = 0; n < 20; n += 1) {
      clock.pass(2_999);
      expect(asked(turnAways, `queued ${n}`)).toBe(false);
    }
    clock.pass(3_000);
    expect(asked(turnAways, 'later')).toBe(true);
  });
});
