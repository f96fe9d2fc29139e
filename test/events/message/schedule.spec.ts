import { describe, expect, it } from 'vitest';
import {
  dueLater,
  parseInstant,
  refuseSchedule,
  refuseScheduleForm,
  SCHEDULE_DAYS_MAX,
} from '../../../src/events/message/schedule.js';
import { acceptedData } from '../../support/events.js';

const now = new Date('2026-06-01T12:00:00.000Z');
const after = (ms: number) => new Date(now.getTime() + ms);
const text = acceptedData().content.message;

describe('scheduledAt', () => {
  it.each([
    ['2026-06-01T12:00:05Z', '2026-06-01T12:00:05.000Z'],
    ['2026-06-01T14:00:05+02:00', '2026-06-01T12:00:05.000Z'],
    ['2026-06-01T12:00:05.1239Z', '2026-06-01T12:00:05.123Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (given, instant) => {
    expect(parseInstant(given)?.toISOString()).toBe(instant);
    expect(refuseScheduleForm(given, text)).toEqual([]);
  });

  it.each(['', 'tomorrow', '2026-06-01', '2026-06-01T12:00:05', '2026-02-30T00:00:00Z', '2026-06-01T25:00:00Z', '1'])(
    'refuses %j',
    (given) => {
      expect(refuseScheduleForm(given, text)).toMatchObject([{ code: 'SCHEDULE_INVALID', field: ['scheduledAt'] }]);
    },
  );

  it('is nothing for a reaction', () => {
    const reaction = { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg' } as const;
    expect(refuseScheduleForm('2027-01-01T00:00:00Z', reaction)).toMatchObject([{ code: 'SCHEDULE_INVALID' }]);
    expect(refuseScheduleForm(undefined, reaction)).toEqual([]);
  });

  it('lies in the future, and at most 366 days off', () => {
    const year = SCHEDULE_DAYS_MAX * 86_400_000;
    const refused = [-1, 0, year + 1].map((ms) => refuseSchedule(after(ms), now).map(({ code }) => code));
    expect(refused).toEqual([['SCHEDULE_INVALID'], ['SCHEDULE_INVALID'], ['SCHEDULE_INVALID']]);
    for (const ms of [1, 1_000, year]) expect(refuseSchedule(after(ms), now)).toEqual([]);
    expect(refuseSchedule(undefined, now)).toEqual([]);
  });

  it('counts as now within the next second', () => {
    expect(dueLater(after(1_000), now)).toBeUndefined();
    expect(dueLater(after(1_001), now)).toBe(after(1_001).toISOString());
    expect(dueLater(undefined, now)).toBeUndefined();
  });
});
