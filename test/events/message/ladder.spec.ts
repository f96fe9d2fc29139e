import { describe, expect, it } from 'vitest';
import { hasArrived, rankOf, statusOfRank, type Rung } from '../../../src/events/message/ladder.js';

describe('the ladder', () => {
  it('rule 13: has every rank in its order', () => {
    const order: readonly Rung[] = [
      ...(['scheduled', 'accepted', 'cancelled', 'dispatched', 'outcome_unknown', 'submitted'] as const),
      ...(['send_failed', 'sent', 'delivery_failed', 'delivered', 'read', 'deleted'] as const),
    ];
    const ranks = order.map(rankOf);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(rankOf('received')).toBeLessThan(rankOf('read'));
    expect(order.filter((rung) => hasArrived(rankOf(rung)))).toEqual(['sent', 'delivered', 'read', 'deleted']);
  });

  it('shows dispatched and submitted alike, and refuses ranks that no rung has', () => {
    expect(statusOfRank(rankOf('dispatched'))).toBe('PROCESSING');
    expect(statusOfRank(rankOf('submitted'))).toBe('PROCESSING');
    expect(() => statusOfRank(99)).toThrow(RangeError);
  });
});
